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
    int failure_limit = 10;  // failures of one user from one address inside the window before a ban; 0: no throttling
    std::chrono::seconds window{60};
    std::chrono::seconds ban{300};
    std::chrono::milliseconds step{100};  // added to the answer for each failure so far, up to max_delay
    std::chrono::milliseconds max_delay{2000};
    // An address as a whole is banned after this many times failure_limit: many users may share one (NAT), and a
    // program with an old password must not lock out its neighbours.
    int address_factor = 5;
};

class LoginThrottle {
public:
    LoginThrottle(ThrottlePolicy policy, const Clock& clock);

    struct Verdict {
        bool refused = false;
        std::chrono::milliseconds delay{0};  // wait this long before answering a failure
    };
    // Before a password is looked at. `address` is what counts as one client: the caller may cut it to a network.
    Verdict check(std::string_view address, std::string_view user);
    // After a failure: counts it and says how long to wait with the answer.
    Verdict failed(std::string_view address, std::string_view user);
    // Forgets this user's failures, not the address's: a guesser with one password of his own would clear them.
    void succeeded(std::string_view address, std::string_view user);

private:
    struct Entry {
        std::deque<SteadyTime> failures;  // inside the window, at most as many as lead to a ban
        SteadyTime banned_until{};
        SteadyTime last_used{};
    };
    Entry& entry(const std::string& key);
    void forget_oldest();
    bool banned(const std::string& key, SteadyTime now) const;
    // Returns how many failures the window holds with this one.
    std::size_t count_failure(const std::string& key, std::size_t limit, SteadyTime now);

    ThrottlePolicy policy_;
    const Clock& clock_;
    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace smew::auth
