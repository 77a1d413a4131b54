#pragma once
// What other threads may do to the statement that runs: cancel it, see how long it has been running. The session's
// thread says when a statement begins and ends; all of it is under one lock, so that a cancel never hits the next
// statement.

#include "core/cancel.hpp"
#include "engine/engine.hpp"

#include <atomic>
#include <chrono>
#include <mutex>

namespace smew::pgsession {

class StatementWatch {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // ---- from the session's thread
    // The connection statements run on; nullptr before it goes away.
    void attach(engine::Connection* connection);
    // `timeout` 0: none.
    void begin(TimePoint now, std::chrono::milliseconds timeout);
    void end();
    // What the client had sent when it cancelled is answered.
    void forget_early();
    // The next one is cancelled already.
    bool has_early();
    // Why the running statement was cancelled; of a statement that ended, the last reason.
    CancelReason cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

    // ---- from any thread
    // Interrupts the statement, if one runs; the first reason counts. `expected`: one is on its way that the client
    // sent before it cancelled, and is cancelled when it begins.
    void cancel(CancelReason reason, bool expected = false);
    bool running() const { return running_.load(std::memory_order_relaxed); }
    // Cancels a statement that is past its deadline. For how long it has been past it; zero: it is not.
    std::chrono::milliseconds check_deadline(TimePoint now);

private:
    void cancel_locked(CancelReason reason);

    std::mutex mutex_;
    engine::Connection* connection_ = nullptr;
    std::atomic<bool> running_{false};
    std::atomic<CancelReason> cancelled_{CancelReason::kNone};
    CancelReason early_ = CancelReason::kNone;  // of the statement that begins next
    TimePoint deadline_ = TimePoint::max();
};

}  // namespace smew::pgsession
