#pragma once
// to_char(): values as text by a pattern. No DuckDB here, so that the rules can be tested by themselves.
// Source: PostgreSQL 15 documentation, 9.8 "Data Type Formatting Functions", and the answers of PostgreSQL 15 that
// to_char_test.cpp holds.

#include <cstdint>
#include <string>
#include <string_view>

namespace smew::engine {

// A point in time in the zone it is shown in, or the fields of an interval.
struct ShownTime {
    bool is_interval = false;
    std::int64_t year = 0;  // of the era: 0 is 1 BC
    int month = 0;          // 1 to 12; of an interval 0 to 11
    std::int64_t day = 0;
    std::int64_t hour = 0;
    int minute = 0, second = 0, micros = 0;
    std::int64_t day_number = 0;  // since 1970-01-01
    bool has_zone = false;
    std::int32_t zone_offset = 0;  // seconds east of UTC
};

// Throws Error for a pattern that an interval has no value for.
std::string time_to_char(const ShownTime& time, std::string_view pattern);

// `digits`: a decimal number as text, "-12.50"; or NaN, Infinity.
std::string number_to_char(std::string_view digits, std::string_view pattern);
// Where the digits are rounded before number_to_char() reads them: how many the pattern has behind the point, and by
// what power of ten it multiplies first (V).
struct NumberScale {
    int places = 0;
    int multiplied = 0;
    bool scientific = false;
};
NumberScale scale_of_pattern(std::string_view pattern);

}  // namespace smew::engine
