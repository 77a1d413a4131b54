#include "core/clock.hpp"

#include <array>
#include <string>

namespace smew {
namespace {

// With leading zeros; there is a time in every record of a statement, and printf would be half of its cost.
void append_digits(std::string& out, int value, std::size_t width) {
    std::array<char, 8> digits{};
    for (std::size_t i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
    out.append(digits.data(), width);
}

}  // namespace

WallTime SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string to_iso8601(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
    std::string text;
    text.reserve(24);
    append_digits(text, static_cast<int>(date.year()), 4);
    text += '-';
    append_digits(text, static_cast<int>(static_cast<unsigned>(date.month())), 2);
    text += '-';
    append_digits(text, static_cast<int>(static_cast<unsigned>(date.day())), 2);
    text += 'T';
    append_digits(text, static_cast<int>(clock.hours().count()), 2);
    text += ':';
    append_digits(text, static_cast<int>(clock.minutes().count()), 2);
    text += ':';
    append_digits(text, static_cast<int>(clock.seconds().count()), 2);
    text += '.';
    append_digits(text, static_cast<int>(clock.subseconds().count()), 3);
    return text += 'Z';
}

}  // namespace smew
