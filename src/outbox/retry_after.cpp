#include "outbox/retry_after.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace smew::outbox {
namespace {

using std::chrono::seconds;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<seconds> parse_seconds(std::string_view text) {
    text = trimmed(text);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !(value >= 0)) return std::nullopt;
    return seconds(static_cast<std::int64_t>(std::min(value + 0.999, static_cast<double>(kLongestRetryAfter.count()))));
}

std::optional<seconds> parse_retry_after(std::string_view text, WallTime now) {
    if (const auto plain = parse_seconds(text)) return plain;
    std::tm parts{};
    const std::string date(trimmed(text));
    if (::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
    const WallTime then{seconds(::timegm(&parts))};
    return std::clamp(std::chrono::ceil<seconds>(then - now), seconds(0), kLongestRetryAfter);
}

}  // namespace smew::outbox
