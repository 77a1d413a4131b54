#pragma once
// Who of a workspace's sessions may run statements now: as many as the workspace, its project and the machine allow.
// The others wait in the order in which they came, and cost no thread. Thread-safe.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace smew::pgsession {

class Turns {
public:
    // A session's. It goes after its turn was given back and its wait has ended.
    class Ticket {
    public:
        bool held() const { return held_.load(); }
        // Called once for each wait that ends with a turn; from any thread. It must not block.
        std::function<void()> on_turn;

    private:
        friend class Turns;
        std::atomic<bool> held_{false};
        bool in_thread_ = false;  // its wait has a thread, which is notified instead
    };

    // Both are called from the threads of sessions, without a lock. Set before the first session.
    std::function<void()> on_shortage;  // somebody begins to wait for more than `allowed`; once until that changes
    std::function<void()> on_settled;   // no more run than are allowed, after more had been

    // `own`: the workspace's limit. `allowed`: what the limits of others leave of it. Those who run go on.
    void set_limit(std::uint32_t own, std::uint32_t allowed);

    // True: it has a turn. False: it waits for one.
    bool take(Ticket& ticket);
    // The same with the caller's thread; false when `stop` became true before.
    bool wait(Ticket& ticket, const std::function<bool()>& stop);
    void give_back(Ticket& ticket);
    // Its wait is over without a turn. False: it does not wait (any more).
    bool leave(Ticket& ticket);

    std::uint32_t taken() const { return taken_.load(std::memory_order_relaxed); }
    std::uint32_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
    // No more than this run: the limit, or more while those end that ran when it was lowered.
    std::uint32_t in_force() const;

private:
    using Lock = std::unique_lock<std::mutex>;
    bool try_take();
    bool take_or_queue(Lock& lock, Ticket& ticket);
    void hand_out();
    void tell_of_shortage();

    std::atomic<std::uint32_t> limit_{UINT32_MAX}, taken_{0}, waiting_{0};
    std::atomic<bool> short_of_turns_{false}, told_{false}, over_{false};
    std::mutex mutex_;
    std::condition_variable handed_out_;
    std::deque<Ticket*> queue_;
};

}  // namespace smew::pgsession
