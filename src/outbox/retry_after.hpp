#pragma once
// HTTP's Retry-After: how long a receiver asks to be left alone. RFC 9110, 10.2.3.

#include "core/clock.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace smew::outbox {

inline constexpr std::chrono::seconds kLongestRetryAfter{7 * 24 * 3600};  // who says more means something else

// Seconds, with a fraction as some send it, or a date; rounded up. nullopt when it is neither, or missing.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, WallTime now);
// Seconds alone.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text);

}  // namespace smew::outbox
