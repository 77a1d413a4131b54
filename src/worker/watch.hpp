#pragma once
// The thread that looks after the session pool: every 2 ms while all threads are busy, every 10 ms while there is work,
// once a second while sessions idle, not at all while there are none.

#include "worker/session_pool.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace smew::worker {

class Watch {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Duties {
        // About every 50 ms while there is work, about once a second while there are sessions.
        std::function<void(Time)> check_deadlines;
        // About once a second while there was work since the last call.
        std::function<void()> report;
        // About every ten seconds while there is work.
        std::function<void()> tidy;
        // Once when nothing has run for two seconds.
        std::function<void()> rest;
    };

    // `pool` outlives it.
    Watch(SessionPool& pool, Duties duties);
    ~Watch();

    void wake();  // SessionPool::Events::woken, and when a session was added
    void stop();  // and joins; the duties are not called any more

private:
    using Interval = std::optional<std::chrono::milliseconds>;  // nullopt: until woken

    void run();
    void turn(Time now);
    Interval interval(const SessionPool::Look& look);
    bool wait(Interval interval);  // false: stop

    SessionPool& pool_;
    const Duties duties_;
    Time next_check_{}, next_report_{};
    Time last_active_{}, next_tidy_;
    bool unreported_ = false, unrested_ = false;
    SessionPool::Look last_;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false, stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::worker
