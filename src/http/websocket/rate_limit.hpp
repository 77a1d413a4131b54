#pragma once
// A token bucket: so many in a second on average, and as many at once.

#include "core/clock.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

namespace smew::http::websocket {

class RateLimit {
public:
    RateLimit(double per_second, SteadyTime now) : per_second_(per_second), tokens_(per_second), last_(now) {}

    // Counts one; how long to wait before it may go on.
    std::chrono::microseconds take(SteadyTime now) {
        tokens_ = std::min(per_second_, tokens_ + per_second_ * std::chrono::duration<double>(now - last_).count());
        last_ = now;
        tokens_ -= 1;
        if (tokens_ >= 0) return std::chrono::microseconds(0);
        return std::chrono::microseconds(static_cast<std::int64_t>(-tokens_ / per_second_ * 1e6));
    }

private:
    double per_second_, tokens_;
    SteadyTime last_;
};

// So many in each minute, by name.
class TalkRates {
public:
    explicit TalkRates(double per_minute) : per_minute_(per_minute) {}

    // False when `name` has said too much. Thread-safe.
    bool take(const std::string& name, SteadyTime now) {
        const std::lock_guard lock(mutex_);
        if (limits_.size() >= kMost)
            std::erase_if(limits_, [&](const auto& one) { return now - one.second.begin > kMinute; });
        Window& window = limits_[name];
        if (now - window.begin > kMinute) window = {.begin = now, .count = 0};
        return ++window.count <= per_minute_;
    }

private:
    static constexpr std::size_t kMost = 10'000;
    static constexpr std::chrono::minutes kMinute{1};
    struct Window {
        SteadyTime begin{};
        double count = 0;
    };

    const double per_minute_;
    std::mutex mutex_;
    std::unordered_map<std::string, Window> limits_;
};

}  // namespace smew::http::websocket
