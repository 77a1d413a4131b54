#pragma once
// The statements of a workspace that may hold much memory share a part of it: each waits, in the order in which they
// came, until what its plan may hold fits beside what the others' may. Thread-safe.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace smew::pgsession {

// Which class a statement is of: what the session chose, or what its plan says.
enum class QueryClass : std::uint8_t { kAuto, kSmall, kLarge };

class LargeStatements {
public:
    // `memory`: of the workspace. `percent`: of it, for all large statements together; 0: there is no such class.
    // `most`: of them may wait, each of which keeps a thread that others then cannot have.
    void set_room(std::uint64_t memory, std::uint32_t percent, std::uint32_t most);

    // What a statement of that estimate has to claim: 0 of a small one.
    std::uint64_t claim_of(std::uint64_t estimate, QueryClass wanted) const;

    // Who waits, for memory and then for his turn, has one of these; null: as many wait as may.
    using Place = std::shared_ptr<void>;
    Place take_place();

    // Held until the pointer goes. Waits with the caller's thread; null when `stop` became true before.
    using Claim = std::shared_ptr<void>;
    Claim claim(std::uint64_t bytes, const std::function<bool()>& stop);
    // The same when there is room at once.
    Claim try_claim(std::uint64_t bytes);

    std::uint32_t waiting() const;

private:
    bool fits(std::uint64_t bytes) const;
    Claim make(std::uint64_t bytes);
    void release(std::uint64_t bytes);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<std::uint64_t> memory_{0}, room_{0};  // written under the lock
    std::uint32_t places_ = UINT32_MAX, places_taken_ = 0;
    std::uint64_t claimed_ = 0;
    std::deque<std::uint64_t> queue_;  // numbers of those who wait
    std::uint64_t last_ = 0;
};

}  // namespace smew::pgsession
