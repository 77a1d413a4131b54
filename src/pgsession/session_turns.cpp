// When the session may run what its client sent: its turn among the workspace's statements, and memory for large ones.
#include "pgsession/session_impl.hpp"

namespace smew::pgsession {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

Error too_many_wait() {
    return {sqlstate::kOutOfMemory, "too many statements of this workspace wait for memory", "",
            "Try again later. As many may wait as may run (max_concurrent_queries); with a larger memory_limit fewer "
            "have to. SET query_class = small lets a statement run at once that needs less than its plan's estimate."};
}

// What may keep the engine busy; the rest of a conversation costs nothing worth waiting for.
bool runs_something(char type) {
    return type == 'Q' || type == 'P' || type == 'B' || type == 'D' || type == 'E';
}

}  // namespace

bool SessionImpl::may_dispatch(const pgproto::Frame& frame) {
    if (!runs_something(frame.type) || skip_to_sync_ || copy_in_ || info_.internal) return true;
    // What is cancelled already ends as soon as it begins.
    if (!group_.turns.take(turn_) && !watch_.has_early()) {
        // Shown as waiting before it is in the queue, where whoever cancels it finds it.
        begin_waiting(frame);
        if (!group_.turns.queue(turn_)) {
            const bool stopped = watch_.has_early() || ended() != CancelReason::kNone;
            if (!stopped || !group_.turns.leave(turn_)) return false;
        }
    }
    if (queued_at_ != TimePoint{}) {
        queued_ += duration_cast<microseconds>(steady_clock::now() - std::exchange(queued_at_, {}));
        waiting_.store(link::QueryWait::kNone, std::memory_order_relaxed);
    }
    return true;
}

// Its turn may come before this returns; the pool then asks again at once.
void SessionImpl::begin_waiting(const pgproto::Frame& frame) {
    if (queued_at_ != TimePoint{}) return;
    queued_at_ = steady_clock::now();
    waiting_since_.store(queued_at_.time_since_epoch().count(), std::memory_order_relaxed);
    waiting_.store(link::QueryWait::kTurn, std::memory_order_relaxed);
    const Result<pgproto::FrontendMessage> message = pgproto::parse_frontend(frame.type, frame.body);
    const auto* query = message ? std::get_if<pgproto::Query>(&*message) : nullptr;
    if (query == nullptr) return;
    statement_started_ = queued_at_;
    begin_text(query->sql);
    recorder_.publish();
    recorder_.forget();
}

// From any thread.
void SessionImpl::stop_waiting(CancelReason reason) {
    if (waiting() != link::QueryWait::kTurn) return;
    watch_.cancel(reason, true);
    if (group_.turns.leave(turn_)) turn_.on_turn();
}

// A statement waits no longer than it may run.
void SessionImpl::check_wait(steady_clock::time_point now) {
    const std::chrono::milliseconds limit = group_.limits.statement_timeout();
    const std::chrono::nanoseconds since(waiting_since_.load(std::memory_order_relaxed));
    if (limit.count() != 0 && now.time_since_epoch() - since >= limit) {
        stop_waiting(CancelReason::kStatementTimeout);
    }
}

void SessionImpl::give_turn_back(Next next) {
    // A COPY that waits for its client's next rows is a statement that runs.
    if (next == Next::kWaitReadable && copy_in_) return;
    if (next != Next::kWaitTurn) group_.turns.give_back(turn_);
}

Result<std::shared_ptr<void>> SessionImpl::claim_memory(std::uint64_t bytes) {
    const std::string& chosen = settings_.value(Setting::kQueryClass);
    const QueryClass wanted = chosen == "small"   ? QueryClass::kSmall
                              : chosen == "large" ? QueryClass::kLarge
                                                  : QueryClass::kAuto;
    const std::uint64_t claim = info_.internal ? 0 : group_.large.claim_of(bytes, wanted);
    // One that holds some already, for a cursor, must not wait for itself.
    if (claim == 0 || !claim_.expired()) return std::shared_ptr<void>();
    LargeStatements::Claim held = group_.large.try_claim(claim);
    if (!held) {
        const LargeStatements::Place place = group_.large.take_place();
        if (!place) return too_many_wait();
        const TimePoint begun = steady_clock::now();
        waiting_.store(link::QueryWait::kMemory, std::memory_order_relaxed);
        const auto stop = [this] {
            return ended() != CancelReason::kNone || watch_.cancelled() != CancelReason::kNone;
        };
        // Others may run meanwhile.
        const bool had_turn = turn_.held();
        group_.turns.give_back(turn_);
        held = group_.large.claim(claim, stop);
        const bool turn = !had_turn || group_.turns.wait(turn_, stop);
        waiting_.store(link::QueryWait::kNone, std::memory_order_relaxed);
        queued_ += duration_cast<microseconds>(steady_clock::now() - begun);
        if (!held || !turn) return error_for(ended() != CancelReason::kNone ? ended() : watch_.cancelled());
    }
    claim_ = held;
    return held;
}

}  // namespace smew::pgsession
