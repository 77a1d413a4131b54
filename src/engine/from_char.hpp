#pragma once
// to_date(), to_timestamp() and to_number(): text read by a pattern. No DuckDB here.
// Source: PostgreSQL 15 documentation, 9.8 "Data Type Formatting Functions".

#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smew::engine {

struct ReadTime {
    std::int64_t days = 0;  // since 1970-01-01
    std::int64_t micros_of_day = 0;
    std::optional<std::int32_t> zone_offset;  // seconds east of UTC, where the text tells one
};

// Error 22007 for text that does not fit the pattern, 22008 for a field out of its range.
Result<ReadTime> read_time(std::string_view text, std::string_view pattern);
// A decimal number as text: "-12454.8". Error 22P02 when there are no digits.
Result<std::string> read_number(std::string_view text, std::string_view pattern);

}  // namespace smew::engine
