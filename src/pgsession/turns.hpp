#pragma once
// Who of a workspace's sessions may run statements now: as many as the workspace, its project and the machine allow.
// The others wait in the order in which they came, and cost no thread. Thread-safe.

#include "link/messages.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

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

    // Who lends turns should know what use() says now. From the threads of sessions, without a lock. Set before the
    // first session.
    std::function<void()> on_use;

    // `own`: the workspace's limit. `lent`: what the limits of others leave of it, told as the order of that number.
    // Those who run go on. From one thread.
    void set_limit(std::uint32_t own, std::uint32_t lent = UINT32_MAX, std::uint32_t order = 0);

    // True: it has a turn. False: there is none for it now.
    bool take(Ticket& ticket);
    // Waits for one: false. True: there was one all the same.
    bool queue(Ticket& ticket);
    // The same with the caller's thread; false when `stop` became true before.
    bool wait(Ticket& ticket, const std::function<bool()>& stop);
    void give_back(Ticket& ticket);
    // Its wait is over without a turn. False: it does not wait (any more).
    bool leave(Ticket& ticket);

    std::uint32_t taken() const { return unpack(state_.load()).taken; }
    std::uint32_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
    // To be told at once, and in the order of these calls: on_use counts on it. What runs from now on, until the next
    // order is taken, is no more than was taken or that order lent.
    link::TurnsUsed use();

private:
    using Lock = std::unique_lock<std::mutex>;
    // In one word, so that nobody takes a turn by a limit that is not in force any more.
    struct State {
        std::uint32_t limit, taken;
    };
    static State unpack(std::uint64_t word) {
        return {static_cast<std::uint32_t>(word >> 32U), static_cast<std::uint32_t>(word)};
    }
    static std::uint64_t pack(State state) { return std::uint64_t{state.limit} << 32U | state.taken; }

    bool try_take();
    bool take_or_queue(Lock& lock, Ticket& ticket);
    void hand_out();
    void tell_of_shortage();

    std::atomic<std::uint64_t> state_{pack({UINT32_MAX, 0})};
    std::atomic<std::uint32_t> waiting_{0}, order_{0};
    std::atomic<bool> lent_too_few_{false};  // less than the workspace's own limit
    std::atomic<bool> told_{false};          // that somebody waits
    std::mutex mutex_;
    std::condition_variable handed_out_;
    std::deque<Ticket*> queue_;
};

}  // namespace smew::pgsession
