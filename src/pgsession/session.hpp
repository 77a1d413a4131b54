#pragma once
// One PostgreSQL session inside a worker, from AuthenticationOk to the end: simple and extended protocol, transactions,
// session settings, row encoding. A state machine over a non-blocking socket that a thread drives when there is input;
// between statements it holds no thread.

#include "core/cancel.hpp"
#include "core/fd.hpp"
#include "engine/engine.hpp"
#include "link/messages.hpp"
#include "pgsession/session_group.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace smew::pgsession {

// What does not change while the worker runs; the rest is in SessionGroup::limits.
struct SessionLimits {
    std::uint64_t max_message_bytes = 256U << 20;
    std::uint32_t max_prepared_statements = 1000;  // and portals
};

enum class StatementOutcome { kSuccess, kError, kTimeout, kCancelled };

// What a session tells its worker. Called from the session's thread; implementations are thread-safe.
class SessionEvents {
public:
    virtual ~SessionEvents() = default;
    virtual void statement_done(StatementOutcome outcome, std::chrono::microseconds taken) = 0;
    virtual void bytes_sent(std::uint64_t count) = 0;
    virtual void rows_sent(std::uint64_t count) = 0;
    // Asked when the workspace was full: whether there is room by now.
    virtual bool make_room() = 0;
    // Of every statement when records are wanted (SessionGroup::observation), behind statement_done(). Does not wait.
    virtual void statement_recorded(const link::QueryRecord& record) = 0;
};

class Session {
public:
    // `socket` is made non-blocking. `instance`, `events` and `group` outlive the session.
    static std::unique_ptr<Session> create(link::AdoptSession info, UniqueFd socket, engine::Instance& instance,
                                           const SessionLimits& limits, SessionEvents& events, SessionGroup& group);
    virtual ~Session() = default;

    // kWaitTurn: it has input but no turn; ask again when its on_turn() was called.
    enum class Next { kWaitReadable, kWaitTurn, kClosed };
    // Does all the work there is: the first call sends the greeting, each reads what the socket has, answers it and
    // returns when the input is exhausted or the session is over. Blocks while a statement runs or the client is slow
    // to read. One thread at a time.
    virtual Next run() = 0;

    // ---- from any thread
    virtual void cancel_statement(CancelReason reason) = 0;
    // Ends the session: interrupts its statement, makes the socket readable so that run() is called, sends the FATAL
    // error of `reason` and closes. run() then returns kClosed within milliseconds unless the engine ignores
    // interrupts.
    virtual void end(CancelReason reason) = 0;
    // Acts on the deadlines that have passed (statement, idle, idle in transaction); called about every 50 ms. Returns
    // for how long a statement has been running past its deadline (zero: none), so the worker can end what ignores it.
    virtual std::chrono::milliseconds check_deadlines(std::chrono::steady_clock::time_point now) = 0;
    // Best effort, from the thread that is about to end the process: tells the client why. Writes at most once, never
    // waits.
    virtual void last_words(const Error& error) = 0;

    virtual int fd() const = 0;
    // What is readable when run() has something to do: the socket, or of a session that listens a set with it. Changes
    // inside run() only.
    virtual int wait_fd() const = 0;
    virtual const link::AdoptSession& info() const = 0;
    virtual bool running() const = 0;
    // What a statement it has got waits for.
    virtual link::QueryWait waiting() const = 0;
    // What is called, from any thread, when run() has said kWaitTurn and should be called again. Before the first
    // run().
    virtual void on_turn(std::function<void()> call) = 0;
    // A statement runs that may make the workspace larger.
    virtual bool growing() const = 0;
    virtual std::uint64_t statements() const = 0;
    virtual std::uint64_t bytes_sent() const = 0;
    // What it is doing. From any thread.
    virtual link::SessionActivity activity() const = 0;
};

}  // namespace smew::pgsession
