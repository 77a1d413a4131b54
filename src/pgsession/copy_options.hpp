#pragma once
// COPY's options as they are written, and what they mean together.

#include "core/error.hpp"
#include "pgsession/copy_format.hpp"

#include <optional>
#include <string>
#include <vector>

namespace smew::pgsession {

struct CopyOption {
    std::string name;                     // lower case, as the newer syntax calls it: "force_not_null"
    std::optional<std::string> value;     // a word, a number or a string
    std::optional<ColumnChoice> columns;  // (a, b) or *
    int position = 0;                     // of the name, in characters
};

// Checks what PostgreSQL checks, with its words.
Result<CopyFormat> copy_format_of(const std::vector<CopyOption>& options, bool from);

}  // namespace smew::pgsession
