#pragma once
// The text forms that PostgreSQL itself writes, read without detours. Each reader gives false for whatever else there
// may be in the text, also for what is out of range: then from_text() has to say what it is. Internal to engine/.

#include "engine/types.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace smew::engine {

// Digits only, `count` of them at `at`; -1 when there is anything else.
int read_digits(std::string_view text, std::size_t at, std::size_t count);

// -123
template <class T>
bool read_number(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}
// t, f, true, false
bool read_boolean(std::string_view text, bool& value);
// -123.45 as the integer value * 10^scale, of at most 18 digits; false when digits would be lost.
bool read_decimal(std::string_view text, unsigned width, unsigned scale, std::int64_t& value);
// 2024-02-29, as days since 1970-01-01
bool read_date(std::string_view text, std::int32_t& days);
// 23:59:59.123456
bool read_time(std::string_view text, std::int64_t& micros);
// 2024-02-29 23:59:59.123456, also with a T
bool read_timestamp(std::string_view text, std::int64_t& micros);
// …+02, …+02:30, …Z; false without a zone: it is the session's to know.
bool read_timestamp_tz(std::string_view text, std::int64_t& micros);
// 00112233-4455-6677-8899-aabbccddeeff
bool read_uuid(std::string_view text, HugeInt& value);

}  // namespace smew::engine
