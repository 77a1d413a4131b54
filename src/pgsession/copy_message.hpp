#pragma once
// The words of COPY's errors and notices: where in the data something is.
// Source: PostgreSQL 15, src/backend/commands/copyfrom.c, CopyFromErrorCallback.

#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smew::pgsession {

inline Error malformed_copy(std::string message) {
    return {sqlstate::kBadCopyFileFormat, std::move(message)};
}

// The value in quotes, cut to what can be read at a glance.
std::string shown_value(std::string_view value);

struct CopyPlace {
    std::string_view relation;
    std::uint64_t line = 0;
    std::string_view column;                // empty: the whole line
    std::optional<std::string_view> value;  // of the column or the line; nullopt: not told
    bool null_input = false;                // the column's value is NULL
};
// The error with its CONTEXT: COPY orders, line 17, column amount: "abc"
Error located(Error error, const CopyPlace& place);
// The notices of ON_ERROR ignore.
Error skipped_row(const CopyPlace& place);
Error skipped_rows(std::uint64_t count);

}  // namespace smew::pgsession
