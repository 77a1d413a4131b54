#include "pgsession/session.hpp"

#include "pgsession/session_impl.hpp"

#include <new>
#include <sys/ioctl.h>

namespace smew::pgsession {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long a client may leave a finished answer untaken.
constexpr milliseconds kAnswerPatience{60'000};
constexpr milliseconds kStreamPatience{24 * 3'600'000};
constexpr std::chrono::nanoseconds kPeerCheckInterval = std::chrono::seconds(1);

bool is_extended(char type) {
    return type == 'P' || type == 'B' || type == 'D' || type == 'E' || type == 'C' || type == 'H';
}
bool is_known(char type) {
    return std::string_view("QPBDECHSXFdcf").find(type) != std::string_view::npos;
}

std::int64_t nanoseconds_of(steady_clock::time_point time) {
    return time.time_since_epoch().count();
}

link::QueryStatus status_of(StatementOutcome outcome) {
    switch (outcome) {
        case StatementOutcome::kSuccess:
            return link::QueryStatus::kSuccess;
        case StatementOutcome::kTimeout:
            return link::QueryStatus::kTimeout;
        case StatementOutcome::kCancelled:
            return link::QueryStatus::kCancelled;
        case StatementOutcome::kError:
            break;
    }
    return link::QueryStatus::kError;
}

bool ran_out_of_resources(Sqlstate code) {
    return code == sqlstate::kDiskFull || code == sqlstate::kOutOfMemory ||
           code == sqlstate::kConfigurationLimitExceeded;
}

}  // namespace

std::unique_ptr<Session> Session::create(link::AdoptSession info, UniqueFd socket, engine::Instance& instance,
                                         const SessionLimits& limits, SessionEvents& events, SessionGroup& group) {
    return std::make_unique<SessionImpl>(std::move(info), std::move(socket), instance, limits, events, group);
}

SessionImpl::SessionImpl(link::AdoptSession info, UniqueFd socket, engine::Instance& instance,
                         const SessionLimits& limits, SessionEvents& events, SessionGroup& group)
    : info_(std::move(info)),
      limits_(limits),
      instance_(instance),
      events_(events),
      group_(group),
      wire_(std::move(socket), info_.read_ahead),
      settings_(group.limits),
      block_(settings_, group.fence),
      facts_({.info = info_,
              .settings = settings_,
              .block = block_,
              .limits = group.limits,
              .statement_started = statement_started_,
              .roster = group.roster,
              .objects = objects_,
              .messages = messages_,
              .observation = group.observation,
              .claim_memory = [this](std::uint64_t bytes) { return claim_memory(bytes); }}),
      recorder_(info_, group.observation) {
    info_.read_ahead = {};
    if (info_.reads_only || (group.reads_only && !info_.internal)) block_.allow_reads_only();
    group_.roster.enter(info_.backend_pid, *this);
}

SessionImpl::~SessionImpl() {
    group_.roster.leave(info_.backend_pid, *this);
    group_.turns.leave(turn_);
    group_.turns.give_back(turn_);
    stop_listening();
    watch_.attach(nullptr);
}

// ---------------------------------------------------------------- the loop

Session::Next SessionImpl::run() {
    idle_since_.store(0, std::memory_order_relaxed);
    wire_.borrow_buffers();
    Next next = Next::kClosed;
    try {
        next = serve();
    } catch (const std::bad_alloc&) {
        end_with({sqlstate::kOutOfMemory, "out of memory", "", "The workspace's memory limit was reached."});
        next = serve();
    } catch (const std::exception& bug) {
        end_with({sqlstate::kInternalError, bug.what()});
        next = serve();
    }
    give_turn_back(next);
    wire_.return_buffers();
    const std::uint64_t sent = wire_.bytes_sent();
    if (sent != reported_bytes_) events_.bytes_sent(sent - std::exchange(reported_bytes_, sent));
    if (next == Next::kWaitReadable) go_idle();
    return next;
}

void SessionImpl::go_idle() {
    const bool in_transaction = block_.is_explicit() || copy_in_;
    const milliseconds limit = in_transaction ? settings_.idle_in_transaction_timeout() : settings_.idle_timeout();
    idle_in_transaction_.store(in_transaction, std::memory_order_relaxed);
    rest_state_.store(rest_state(), std::memory_order_relaxed);
    idle_limit_.store(std::chrono::nanoseconds(limit).count(), std::memory_order_relaxed);
    idle_since_.store(nanoseconds_of(steady_clock::now()), std::memory_order_relaxed);
}

link::SessionState SessionImpl::rest_state() const {
    if (copy_in_) return link::SessionState::kActive;
    if (!block_.is_explicit()) return link::SessionState::kIdle;
    return block_.failed() ? link::SessionState::kIdleInFailedTransaction : link::SessionState::kIdleInTransaction;
}

Session::Next SessionImpl::serve() {
    if (!over_ && ended() == CancelReason::kNone) {
        const Next next = serve_input();
        if (next != Next::kClosed && !is_over()) return next;
    }
    const CancelReason reason = ended();
    if (!over_ && reason != CancelReason::kNone && reason != CancelReason::kClientGone) end_with(error_for(reason));
    abandon_statement(error_for(reason == CancelReason::kNone ? CancelReason::kClientGone : reason));
    portals_.clear();
    suspended_ = nullptr;
    copy_in_.reset();
    stop_listening();
    block_.rollback();
    wire_.flush_what_goes();
    wire_.close();
    return Next::kClosed;
}

Session::Next SessionImpl::serve_input() {
    // What other sessions sent while this one had nothing to do.
    if (mailbox_ && at_rest_) {
        write_notifications();
        if (!flush(Wait::kAnswer)) return Next::kClosed;
    }
    if (!greeted_) {
        greeted_ = true;
        if (!greet()) return Next::kClosed;
        const Next next = after_frames(handle_frames());
        if (next != Next::kWaitReadable) return next;
    }
    // What stood still when there was no turn for it.
    if (queued_at_ != TimePoint{}) {
        const Next next = after_frames(handle_frames());
        if (next != Next::kWaitReadable) return next;
    }
    for (;;) {
        const Wire::Fill fill = wire_.fill();
        if (fill == Wire::Fill::kNothing) return Next::kWaitReadable;
        if (fill == Wire::Fill::kClosed) {
            // end() closes the reading side to wake this thread: then there is an error to be told.
            if (ended() == CancelReason::kNone) over_ = true;
            return Next::kClosed;
        }
        reading_.store(true, std::memory_order_relaxed);
        const Next next = after_frames(handle_frames());
        if (next != Next::kWaitReadable) return next;
        if (fill == Wire::Fill::kPart) return Next::kWaitReadable;
    }
}

Session::Next SessionImpl::after_frames(Frames ended) {
    if (ended == Frames::kWaitTurn) return flush(Wait::kAnswer) ? Next::kWaitTurn : Next::kClosed;
    reading_.store(false, std::memory_order_relaxed);
    watch_.forget_early();
    return ended == Frames::kNeedMore && flush(Wait::kAnswer) ? Next::kWaitReadable : Next::kClosed;
}

SessionImpl::Frames SessionImpl::handle_frames() {
    while (!is_over()) {
        ByteSpan input = wire_.input();
        const std::size_t before = input.size();
        const pgproto::Frame frame = pgproto::take_frame(input, limits_.max_message_bytes);
        if (frame.state == pgproto::FrameState::kNeedMore) {
            wire_.expect(frame.need_bytes);
            return Frames::kNeedMore;
        }
        if (frame.state == pgproto::FrameState::kMalformed) {
            end_with({sqlstate::kProtocolViolation, "invalid message length", "",
                      "The largest message is " + to_text(Bytes{limits_.max_message_bytes}) + "."});
            return Frames::kOver;
        }
        if (!may_dispatch(frame)) return Frames::kWaitTurn;
        // The bytes stay where they are until the next fill().
        wire_.consume(before - input.size());
        dispatch(frame.type, frame.body);
    }
    return Frames::kOver;
}

void SessionImpl::dispatch(char type, ByteSpan body) {
    if (!is_known(type)) {
        end_with({sqlstate::kProtocolViolation,
                  "invalid frontend message type " + std::to_string(static_cast<unsigned char>(type))});
        return;
    }
    at_rest_ = false;
    if (skip_to_sync_ && type != 'S' && type != 'X') return;
    const Result<pgproto::FrontendMessage> parsed = pgproto::parse_frontend(type, body);
    if (copy_in_) {
        parsed ? dispatch_copy(*parsed, type) : abort_copy_in(parsed.error());
        return;
    }
    recorder_.forget();
    if (!parsed) {
        handle_protocol_error(type, parsed.error());
        return;
    }
    if (const auto* query = std::get_if<pgproto::Query>(&*parsed)) {
        handle_query(query->sql);
    } else {
        dispatch_extended(*parsed, body);
    }
}

void SessionImpl::handle_protocol_error(char type, const Error& error) {
    fail(error);
    if (is_extended(type)) skip_to_sync_ = true;
    if (type == 'Q' || type == 'F' || type == 'S') ready();
}

void SessionImpl::dispatch_extended(const pgproto::FrontendMessage& message, ByteSpan body) {
    statement_started_ = steady_clock::now();
    Result<void> done;
    if (const auto* parse = std::get_if<pgproto::Parse>(&message)) done = on_parse(*parse);
    if (const auto* bind = std::get_if<pgproto::Bind>(&message)) done = on_bind(*bind, body);
    if (const auto* describe = std::get_if<pgproto::Describe>(&message)) done = on_describe(*describe);
    if (const auto* execute = std::get_if<pgproto::Execute>(&message)) done = on_execute(*execute);
    if (!done) {
        fail(done.error());
        skip_to_sync_ = true;
    }
    if (const auto* close = std::get_if<pgproto::Close>(&message)) on_close(*close);
    if (std::holds_alternative<pgproto::Sync>(message)) on_sync();
    if (std::holds_alternative<pgproto::Flush>(message)) flush(Wait::kAnswer);
    if (std::holds_alternative<pgproto::Terminate>(message)) over_ = true;
    if (std::holds_alternative<pgproto::FunctionCall>(message)) {
        fail({sqlstate::kFeatureNotSupported, "function calls by the protocol are not supported", "",
              "Call the function with SELECT."});
        ready();
    }
    // What belongs to COPY is ignored outside of it, as in PostgreSQL.
}

// ---------------------------------------------------------------- answers

bool SessionImpl::flush(Wait wait) {
    flush_due_ = false;
    if (wire_.unsent() == 0) return true;
    const auto stop = [this, wait] {
        return ended() != CancelReason::kNone ||
               (wait == Wait::kStatement && watch_.cancelled() != CancelReason::kNone);
    };
    const Wire::Flush sent = wire_.flush(stop, wait == Wait::kStatement ? kStreamPatience : kAnswerPatience);
    if (sent == Wire::Flush::kGone) over_ = true;
    return sent == Wire::Flush::kDone;
}

void SessionImpl::ready() {
    if (is_over()) return;
    for (const auto& [name, value] : settings_.take_reports())
        pgproto::write_parameter_status(wire_.out(), name, value);
    write_notifications();
    pgproto::write_ready_for_query(wire_.out(), block_.status());
    flush_due_ = true;
    at_rest_ = true;
    if (resources_ran_out_ && !block_.active()) {
        resources_ran_out_ = false;
        instance_.give_memory_back();
    }
    // Between two statements of one that has sent several, others have theirs.
    if (group_.turns.waiting() != 0 && !copy_in_) group_.turns.give_back(turn_);
}

void SessionImpl::fail(const Error& error) {
    const CancelReason reason = watch_.running() ? watch_.cancelled() : CancelReason::kNone;
    StatementOutcome outcome = StatementOutcome::kError;
    if (reason != CancelReason::kNone) outcome = StatementOutcome::kCancelled;
    if (reason == CancelReason::kStatementTimeout) outcome = StatementOutcome::kTimeout;
    drop_what_failed();
    copy_in_.reset();
    record(outcome, {}, &error);
    // After record(), which ends the statement: an interrupt must not hit the rollback.
    block_.abort();
    resources_ran_out_ |= ran_out_of_resources(error.code);
    if (!is_over()) pgproto::write_error(wire_.out(), pgproto::Severity::kError, error);
    if (instance_.broken()) end_with(error_for(CancelReason::kWorkerLost));
}

void SessionImpl::warn(Sqlstate code, std::string message) {
    if (settings_.value(Setting::kClientMinMessages) == "error") return;
    pgproto::write_notice(wire_.out(), pgproto::Severity::kWarning, {code, std::move(message)});
}

void SessionImpl::begin_text(std::string_view text) {
    if (settings_.generation() != recorded_settings_) {
        recorded_settings_ = settings_.generation();
        recorder_.set_application_name(settings_.value(Setting::kApplicationName));
    }
    recorder_.begin(text, statement_started_, wire_.written());
}

void SessionImpl::begin_about(ClientStatement statement) {
    about_ = std::move(statement);
    begin_text(about_.text());
}

void SessionImpl::abandon_statement(const Error& error) {
    if (!watch_.running()) return;
    record(ended() == CancelReason::kNone && !over_ ? StatementOutcome::kError : StatementOutcome::kCancelled, {},
           &error);
}

void SessionImpl::suspend(Portal& portal) {
    pgproto::write_portal_suspended(wire_.out());
    watch_.end();
    block_.statement_over();
    portal.notes = recorder_.suspend(steady_clock::now(), wire_.written());
}

void SessionImpl::complete(std::string_view tag) {
    pgproto::write_command_complete(wire_.out(), tag);
    record(StatementOutcome::kSuccess, tag);
}

void SessionImpl::record(StatementOutcome outcome, std::string_view tag, const Error* error) {
    if (watch_.running()) watch_.end();
    growing_.store(false, std::memory_order_relaxed);
    if (delivered_.rows != 0) events_.rows_sent(std::exchange(delivered_, {}).rows);
    if (outcome == StatementOutcome::kSuccess) {
        block_.statement_over();
        if (!messages_.empty() && !block_.active()) send_messages();
    }
    const std::uint64_t number = statement_count_.fetch_add(1, std::memory_order_relaxed) + 1;
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - statement_started_);
    events_.statement_done(outcome, taken);
    link::QueryRecord* const made = recorder_.end({.status = status_of(outcome),
                                                   .tag = tag,
                                                   .error = error,
                                                   .taken = taken,
                                                   .written = wire_.written(),
                                                   .number = number,
                                                   .queued = std::exchange(queued_, {})});
    if (made == nullptr) return;
    if (made->slow && group_.observation.slow_plans.load(std::memory_order_relaxed) && profiling_ != nullptr) {
        engine::Profile profile = profiling_->profile(statement_started_);
        made->plan = std::move(profile.plan);
        made->peak_memory_bytes = profile.peak_memory_bytes;
        made->spilled_bytes = profile.spilled_bytes;
    }
    events_.statement_recorded(*made);
}

void SessionImpl::end_with(const Error& error) {
    abandon_statement(error);
    if (!over_) pgproto::write_error(wire_.out(), pgproto::Severity::kFatal, error);
    over_ = true;
}

// ---------------------------------------------------------------- any thread

// A request to cancel comes by a way of its own, and may overtake the statement it is about.
void SessionImpl::cancel_statement(CancelReason reason) {
    int unread = 0;
    const bool sent = ::ioctl(wire_.fd(), FIONREAD, &unread) == 0 && unread > 0;
    watch_.cancel(reason, sent || reading_.load(std::memory_order_relaxed));
    stop_waiting(reason);
}

void SessionImpl::end(CancelReason reason) {
    CancelReason none = CancelReason::kNone;
    if (!end_reason_.compare_exchange_strong(none, reason)) return;
    watch_.cancel(reason);
    wire_.wake();
    stop_waiting(reason);
}

void SessionImpl::check_peer(steady_clock::time_point now) {
    const std::int64_t time = nanoseconds_of(now);
    if (time < next_peer_check_.load(std::memory_order_relaxed)) return;
    next_peer_check_.store(time + kPeerCheckInterval.count(), std::memory_order_relaxed);
    if (ended() == CancelReason::kNone && wire_.peer_gone()) end(CancelReason::kClientGone);
}

milliseconds SessionImpl::check_deadlines(steady_clock::time_point now) {
    const bool waits = waiting() == link::QueryWait::kTurn;
    if (waits || watch_.running()) check_peer(now);
    if (waits) check_wait(now);
    // Before the statement hears of its end: then the session rests.
    const std::int64_t since = idle_since_.load(std::memory_order_relaxed);
    if (watch_.running()) {
        const milliseconds overdue = watch_.check_deadline(now);
        // A COPY that waits for its client is not stuck: it ends when more of it comes.
        if (since == 0) return overdue;
    }
    const bool in_transaction = idle_in_transaction_.load(std::memory_order_relaxed);
    const std::chrono::nanoseconds wanted(idle_limit_.load(std::memory_order_relaxed));
    const milliseconds most =
        in_transaction ? group_.limits.idle_in_transaction_timeout() : group_.limits.idle_timeout();
    const std::int64_t limit =
        std::chrono::nanoseconds(within(std::chrono::duration_cast<milliseconds>(wanted), most)).count();
    if (since != 0 && limit != 0 && nanoseconds_of(now) - since >= limit) {
        end(in_transaction ? CancelReason::kIdleInTransactionTimeout : CancelReason::kIdleTimeout);
    }
    return milliseconds(0);
}

link::SessionActivity SessionImpl::activity() const {
    link::SessionActivity now{.session = info_.session, .backend_pid = info_.backend_pid};
    recorder_.show(now);
    const std::int64_t since = idle_since_.load(std::memory_order_relaxed);
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    now.state = since == 0 ? link::SessionState::kActive : rest_state_.load(std::memory_order_relaxed);
    const std::chrono::nanoseconds rested(since == 0 ? 0 : nanoseconds_of(steady_clock::now()) - since);
    now.state_since_us = since == 0 && now.query_started_us != 0
                             ? now.query_started_us
                             : std::chrono::duration_cast<std::chrono::microseconds>(wall - rested).count();
    now.statements = statements();
    now.bytes_sent = bytes_sent();
    now.waiting_for = waiting();
    return now;
}

void SessionImpl::last_words(const Error& error) {
    pgproto::Buffer message;
    pgproto::write_error(message, pgproto::Severity::kFatal, error);
    wire_.last_words(message);
}

}  // namespace smew::pgsession
