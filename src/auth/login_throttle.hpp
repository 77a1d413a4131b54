#pragma once
// Counts failed logins per client address and per (address, user): slows down, then refuses for a while. Thread-safe,
// bounded: at most 10,000 entries, the oldest go first.

#include "core/clock.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace smew::auth {

struct ThrottlePolicy {
    int failure_limit = 10;               // failures inside the window before a ban; 0: no throttling
    std::chrono::seconds window{60};
    std::chrono::seconds ban{300};
    std::chrono::milliseconds step{100};  // added to the answer for each failure so far, up to max_delay
    std::chrono::milliseconds max_delay{2000};
};

class LoginThrottle {
  public:
    LoginThrottle(ThrottlePolicy policy, const Clock& clock);

    struct Verdict {
        bool refused = false;
        std::chrono::milliseconds delay{0};  // wait this long before answering a failure
    };
    // Before a password is looked at.
    Verdict check(std::string_view address, std::string_view user);
    // After a failure: counts it and says how long to wait with the answer.
    Verdict failed(std::string_view address, std::string_view user);
    void succeeded(std::string_view address, std::string_view user);

  private:
    struct Entry {
        std::deque<SteadyTime> failures;
        SteadyTime banned_until{};
        SteadyTime last_used{};
    };
    Entry& entry(const std::string& key);
    void forget_oldest();

    ThrottlePolicy policy_;
    const Clock& clock_;
    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace smew::auth
