#include "http/names.hpp"

#include "core/random.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace smew::http {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

// Takes `digits` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    int value = 0;
    if (text.size() < digits) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc{} || end != text.data() + digits || text.front() == '-') return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

// Six numbers with their separators.
std::optional<std::chrono::sys_seconds> take_date_time(std::string_view& text) {
    const auto year = take_number(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day || (!take(text, 'T') && !take(text, 't') && !take(text, ' '))) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
    const auto second = take_number(text, 2);
    if (!second || *second > 59) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second);
}

// ".123456"; nothing is none.
std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
    if (!take(text, '.')) return std::chrono::microseconds(0);
    std::int64_t value = 0;
    int digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
        if (digits < 6) value = value * 10 + (text.front() - '0');
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 6; ++digits) value *= 10;
    return std::chrono::microseconds(value);
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) return std::chrono::minutes(0);
    const bool west = text.starts_with('-');
    if (!take(text, '+') && !take(text, '-')) return std::nullopt;
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return west ? -offset : offset;
}

}  // namespace

std::string random_name(std::size_t length) {
    // Bytes from here on would make the first letters likelier than the last.
    constexpr std::uint8_t kFair = 256 / kAlphabet.size() * kAlphabet.size();
    std::string name;
    std::array<std::uint8_t, 32> bytes{};
    while (name.size() < length) {
        fill_random(bytes);
        for (const std::uint8_t byte : bytes) {
            if (byte < kFair && name.size() < length) name += kAlphabet[byte % kAlphabet.size()];
        }
    }
    return name;
}

Result<WallTime> parse_time(std::string_view text) {
    const Error wrong{sqlstate::kInvalidParameterValue, "must be a time as 2026-01-31T12:00:00Z"};
    const auto seconds = take_date_time(text);
    if (!seconds) return wrong;
    const auto fraction = take_fraction(text);
    if (!fraction) return wrong;
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) return wrong;
    return WallTime(*seconds) + *fraction - *offset;
}

}  // namespace smew::http
