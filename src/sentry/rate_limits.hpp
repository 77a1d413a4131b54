#pragma once
// What the receiver asked us not to send for a while. For one thread.
// Source: develop.sentry.dev, "Rate Limiting".

#include "core/clock.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace smew::sentry {

enum class Category : std::uint8_t { kError, kSession, kMonitor, kTransaction, kProfile };
inline constexpr std::size_t kCategories = 5;
std::string_view to_text(Category category);  // as Sentry's data categories are named

class RateLimits {
public:
    // After every reply. The two headers may be empty.
    void update(int status, std::string_view rate_limits, std::string_view retry_after, WallTime now, SteadyTime at);
    bool active(Category category, SteadyTime now) const;

private:
    void limit(Category category, SteadyTime until);

    std::array<SteadyTime, kCategories> until_{};
};

}  // namespace smew::sentry
