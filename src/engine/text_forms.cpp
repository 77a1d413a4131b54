#include "engine/text_forms.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace smew::engine {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
constexpr std::size_t kMaxDecimalDigits = 18;

bool is_digit(char c) {
    return static_cast<unsigned char>(c - '0') < 10;
}

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// ".123456" behind the seconds; one to six digits.
bool read_fraction(std::string_view text, std::int64_t& micros) {
    if (text.empty()) return true;
    if (text[0] != '.' || text.size() < 2 || text.size() > 7) return false;
    std::int64_t value = 0;
    for (std::size_t i = 1; i < 7; ++i) {
        if (i < text.size() && !is_digit(text[i])) return false;
        value = value * 10 + (i < text.size() ? text[i] - '0' : 0);
    }
    micros += value;
    return true;
}

// +02, +02:30, -0530, Z
bool read_zone(std::string_view text, std::int64_t& seconds_east) {
    seconds_east = 0;
    if (text == "Z" || text == "z") return true;
    if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return false;
    const int hours = read_digits(text, 1, 2);
    const std::string_view rest = text.substr(3);
    const std::size_t minutes_at = rest.starts_with(':') ? 1 : 0;
    if (!rest.empty() && rest.size() != minutes_at + 2) return false;
    const int minutes = rest.empty() ? 0 : read_digits(rest, minutes_at, 2);
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return false;
    seconds_east = (hours * 60 + minutes) * 60 * (text[0] == '-' ? -1 : 1);
    return true;
}

}  // namespace

int read_digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return -1;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (!is_digit(text[i])) return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool read_boolean(std::string_view text, bool& value) {
    value = text == "t" || text == "true";
    return value || text == "f" || text == "false";
}

bool read_decimal(std::string_view text, unsigned width, unsigned scale, std::int64_t& value) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::size_t decimals = point == text.size() ? 0 : text.size() - point - 1;
    if (text.empty() || point == 0 || decimals > scale || point + scale > kMaxDecimalDigits || point + scale > width)
        return false;
    std::int64_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == point) continue;
        if (!is_digit(text[i])) return false;
        digits = digits * 10 + (text[i] - '0');
    }
    for (std::size_t i = decimals; i < scale; ++i) digits *= 10;
    value = negative ? -digits : digits;
    return true;
}

bool read_date(std::string_view text, std::int32_t& days) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    const int year = read_digits(text, 0, 4), month = read_digits(text, 5, 2), day = read_digits(text, 8, 2);
    if (year < 1 || month < 0 || day < 0) return false;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return false;
    days = static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
    return true;
}

bool read_time(std::string_view text, std::int64_t& micros) {
    if (text.size() < 8 || text[2] != ':' || text[5] != ':') return false;
    const int hours = read_digits(text, 0, 2), minutes = read_digits(text, 3, 2), seconds = read_digits(text, 6, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return false;
    micros = ((hours * 60 + minutes) * 60 + seconds) * kMicrosPerSecond;
    return read_fraction(text.substr(8), micros);
}

bool read_timestamp(std::string_view text, std::int64_t& micros) {
    if (text.size() < 19 || (text[10] != ' ' && text[10] != 'T')) return false;
    std::int32_t days = 0;
    if (!read_date(text.substr(0, 10), days) || !read_time(text.substr(11), micros)) return false;
    micros += days * kMicrosPerDay;
    return true;
}

bool read_timestamp_tz(std::string_view text, std::int64_t& micros) {
    if (text.size() < 20) return false;
    const std::size_t zone = text.find_first_of("+-Zz", 19);
    std::int64_t seconds_east = 0;
    if (zone == std::string_view::npos || !read_zone(text.substr(zone), seconds_east)) return false;
    if (!read_timestamp(text.substr(0, zone), micros)) return false;
    micros -= seconds_east * kMicrosPerSecond;
    return true;
}

bool read_uuid(std::string_view text, HugeInt& value) {
    if (text.size() != 36) return false;
    std::array<std::uint64_t, 2> halves{};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') return false;
            continue;
        }
        const int digit = hex_digit(text[i]);
        if (digit < 0) return false;
        std::uint64_t& half = halves[digits++ / 16];
        half = half << 4U | static_cast<std::uint64_t>(digit);
    }
    // DuckDB flips the first bit, so that signed comparison orders as the text does.
    value = {halves[1], static_cast<std::int64_t>(halves[0] ^ (std::uint64_t{1} << 63U))};
    return true;
}

}  // namespace smew::engine
