#include "measure/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace smew::measure {
namespace {

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string blanks(std::string_view text, std::size_t width) {
    const std::size_t used = characters(text);
    return std::string(used < width ? width - used : 0, ' ');
}

std::string three_digits(double value) {
    return number_text(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}

}  // namespace

std::string number_text(double value, int decimals) {
    if (!std::isfinite(value)) return "n/a";
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string duration_text(double microseconds) {
    if (microseconds < 1000) return number_text(microseconds, 0) + "us";
    if (microseconds < 1e6) return three_digits(microseconds / 1e3) + "ms";
    if (microseconds < 12e7) return three_digits(microseconds / 1e6) + "s";
    return three_digits(microseconds / 6e7) + "m";
}

std::string seconds_text(double seconds) {
    return number_text(seconds, seconds == std::floor(seconds) ? 0 : 1) + "s";
}

std::string grouped(std::uint64_t value) {
    std::string digits = std::to_string(value);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string size_text(double bytes) {
    constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
    return (unit == 0 ? number_text(bytes, 0) : three_digits(bytes)) + " " + kUnits[unit];
}

std::string padded_left(std::string_view text, std::size_t width) {
    return blanks(text, width) + std::string(text);
}

std::string padded_right(std::string_view text, std::size_t width) {
    return std::string(text) + blanks(text, width);
}

}  // namespace smew::measure
