#include "auth/login_throttle.hpp"

#include <algorithm>
#include <vector>

namespace smew::auth {
namespace {

constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kForgottenAtOnce = kMaxEntries / 10;  // so that making room is rare
constexpr std::size_t kMaxUserBytes = 64;                   // of a name a stranger chose

std::string pair_key(std::string_view address, std::string_view user) {
    std::string key(address);
    key += '\0';  // no address holds one
    return key.append(user.substr(0, kMaxUserBytes));
}

}  // namespace

LoginThrottle::LoginThrottle(ThrottlePolicy policy, const Clock& clock) : policy_(policy), clock_(clock) {}

LoginThrottle::Verdict LoginThrottle::check(std::string_view address, std::string_view user) {
    const SteadyTime now = clock_.steady_now();
    const std::lock_guard lock(mutex_);
    return {.refused = banned(std::string(address), now) || banned(pair_key(address, user), now)};
}

LoginThrottle::Verdict LoginThrottle::failed(std::string_view address, std::string_view user) {
    if (policy_.failure_limit <= 0) return {};
    const auto limit = static_cast<std::size_t>(policy_.failure_limit);
    const auto address_limit = limit * static_cast<std::size_t>(std::max(1, policy_.address_factor));
    const SteadyTime now = clock_.steady_now();
    const std::lock_guard lock(mutex_);
    const std::size_t by_user = count_failure(pair_key(address, user), limit, now);
    const std::size_t by_address = count_failure(std::string(address), address_limit, now);
    const auto failures = static_cast<long>(std::max(by_user, by_address));
    return {.refused = by_user >= limit || by_address >= address_limit,
            .delay = std::min(policy_.max_delay, policy_.step * failures)};
}

void LoginThrottle::succeeded(std::string_view address, std::string_view user) {
    const std::lock_guard lock(mutex_);
    entries_.erase(pair_key(address, user));
}

bool LoginThrottle::banned(const std::string& key, SteadyTime now) const {
    const auto found = entries_.find(key);
    return found != entries_.end() && now < found->second.banned_until;
}

std::size_t LoginThrottle::count_failure(const std::string& key, std::size_t limit, SteadyTime now) {
    Entry& counted = entry(key);
    counted.last_used = now;
    while (!counted.failures.empty() && counted.failures.front() <= now - policy_.window) counted.failures.pop_front();
    counted.failures.push_back(now);
    const std::size_t failures = counted.failures.size();
    if (failures >= limit) {
        counted.banned_until = now + policy_.ban;
        counted.failures.clear();
    }
    return failures;
}

LoginThrottle::Entry& LoginThrottle::entry(const std::string& key) {
    if (!entries_.contains(key) && entries_.size() >= kMaxEntries) forget_oldest();
    return entries_[key];
}

void LoginThrottle::forget_oldest() {
    std::vector<SteadyTime> used;
    used.reserve(entries_.size());
    for (const auto& [key, entry] : entries_) used.push_back(entry.last_used);
    std::nth_element(used.begin(), used.begin() + kForgottenAtOnce, used.end());
    const SteadyTime oldest_kept = used[kForgottenAtOnce];
    std::size_t forgotten = 0;
    for (auto it = entries_.begin(); it != entries_.end() && forgotten < kForgottenAtOnce;) {
        const bool old = it->second.last_used <= oldest_kept;
        forgotten += old ? 1 : 0;
        it = old ? entries_.erase(it) : std::next(it);
    }
}

}  // namespace smew::auth
