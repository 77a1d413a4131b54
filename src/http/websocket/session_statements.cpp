#include "http/websocket/session.hpp"
#include "net/run_blocking.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // see http_connection.hpp
#endif

namespace smew::http::websocket {

namespace asio = boost::asio;
using asio::awaitable;
using telemetry::WebSocketEnd;

namespace {

struct Ending {
    CancelReason reason;
    std::string_view event;
    std::uint16_t code;
};
constexpr Ending kEndings[] = {{CancelReason::kAdmin, "disconnected", 4403},
                               {CancelReason::kExpired, "expired", 4410},
                               {CancelReason::kCredentialsReset, "credentials_reset", 4401},
                               {CancelReason::kIdleTimeout, "idle", 4408},
                               {CancelReason::kIdleInTransactionTimeout, "idle", 4408},
                               {CancelReason::kShutdown, "shutdown", 1001},
                               {CancelReason::kWorkerLost, "lost", 1012}};

// A worker tells the end of a session in the words of error_for().
Ending ending_of(const Error& error) {
    for (const Ending& ending : kEndings) {
        const Error known = error_for(ending.reason);
        if (known.code == error.code && known.message == error.message) return ending;
    }
    return {CancelReason::kNone, "closed", 1011};
}

Error too_many_waiting() {
    return {sqlstate::kConfigurationLimitExceeded, "too many statements wait on this connection", "",
            "Wait for answers before sending more, or open another connection (websocket_max_pending)."};
}

}  // namespace

void Session::handle(const ClientMessage& message) {
    if (const auto* query = std::get_if<Query>(&message)) return handle(*query);
    if (const auto* cancel = std::get_if<Cancel>(&message)) return handle(*cancel);
    if (const auto* ping = std::get_if<Ping>(&message)) {
        return say(pong_message(ping->id, house_.context.clock.now(), channel_->round_trip()));
    }
    if (const auto* talk = std::get_if<Talk>(&message)) return handle(*talk);
    if (const auto* confirm = std::get_if<Confirm>(&message)) return handle(*confirm);
    say(error_message("", {sqlstate::kProtocolViolation, "this connection has logged in already"}));
}

void Session::handle(const Query& query) {
    Work work{.id = query.id,
              .steps = {},
              .since = house_.context.clock.steady_now(),
              .talk = {},
              .trace = begin_trace("query", query.trace),
              .waits_since = {}};
    Result<std::deque<Step>> steps = steps_of(query, work.trace.parent());
    if (!steps) return refuse(work, steps.error());
    work.steps = std::move(*steps);
    enqueue(std::move(work));
}

// What has ended already is not there any more, and nothing is said: its answer is on its way.
void Session::handle(const Cancel& cancel) {
    if (run_ && run_->id() == cancel.id) {
        run_->stop();
        return cancel_run();
    }
    if (asking_ && asking_id_ == cancel.id) return asking_->store(true);
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const Work& work) { return work.id == cancel.id; });
    if (found == waiting_.end()) return;
    refuse(*found, error_for(CancelReason::kUser));
    waiting_.erase(found);
}

void Session::refuse(Work& work, const Error& error) {
    work.trace.end(error);
    say(error_message(work.id, error));
}

void Session::enqueue(Work work) {
    const auto limit = static_cast<std::size_t>(house_.context.settings.websocket_max_pending);
    if (busy() && waiting_.size() >= limit) return refuse(work, too_many_waiting());
    if (busy()) work.waits_since = house_.context.clock.now();
    waiting_.push_back(std::move(work));
    start_next();
}

void Session::start_next() {
    if (busy() || waiting_.empty() || ended_) return;
    Work work = std::move(waiting_.front());
    waiting_.pop_front();
    run_since_ = work.since;
    if (const auto since = std::exchange(work.waits_since, {})) {
        work.trace.add_part("websocket.wait", "for what came before it", *since, house_.context.clock.now());
    }
    if (work.talk && work.talk->ask_model) {
        asking_ = std::make_shared<std::atomic<bool>>(false);
        asking_id_ = work.id;
        house_.tasks.spawn(channel_->executor(), ask_model(shared_from_this(), std::move(work)));
        return;
    }
    run_talk_ = std::move(work.talk);
    run_trace_ = std::move(work.trace);
    run_.emplace(std::move(work.id), std::move(work.steps), house_.context.settings.websocket_batch_bytes.count,
                 [this](std::string message) { say(std::move(message)); });
    on_need(Run::Need::kNextStep);
}

// A failure shows where the worker is read.
awaitable<void> Session::send_to_worker(Pointer self, pgproto::Buffer messages) {
    (void)co_await self->worker_->send(messages);
}

awaitable<void> Session::read_worker(Pointer self) {
    WorkspaceSession& worker = *self->worker_;
    for (;;) {
        while (std::optional<Result<pgproto::BackendMessage>> message = worker.take()) {
            if (!*message) {
                self->worker_ended(message->error());
                co_return;
            }
            self->on_worker(**message);
            if (self->ended_) co_return;
            if (!self->outbox_.full()) continue;
            const bool room = co_await self->has_room();
            if (!room) co_return;
        }
        const Result<void> received = co_await worker.receive();
        if (self->ended_) co_return;
        if (!received) {
            self->worker_ended(received.error());
            co_return;
        }
    }
}

void Session::on_worker(const pgproto::BackendMessage& message) {
    if (const auto* notification = std::get_if<pgproto::Notification>(&message)) {
        return say(notification_message(*notification));
    }
    const auto* failure = std::get_if<pgproto::ErrorResponse>(&message);
    if (failure != nullptr && failure->severity == "FATAL") return worker_ended(failure->error);
    if (!run_) return on_idle(message);
    on_need(run_->take(message));
}

void Session::on_idle(const pgproto::BackendMessage& message) {
    const auto* notice = std::get_if<pgproto::NoticeResponse>(&message);
    if (notice != nullptr) say(notice_message("", notice->severity, notice->notice));
}

void Session::on_need(Run::Need need) {
    pgproto::Buffer messages;
    switch (need) {
        case Run::Need::kMore:
            return;
        case Run::Need::kEnd:
            return finish_run();
        case Run::Need::kCancel:
            return cancel_run();
        case Run::Need::kCopyFail:
            pgproto::write(messages, pgproto::CopyFail{"there is no data for it here"});
            if (run_->extended()) pgproto::write(messages, pgproto::Sync{});
            break;
        case Run::Need::kNextStep:
            messages = run_->messages();
    }
    house_.tasks.spawn(channel_->executor(), send_to_worker(shared_from_this(), std::move(messages)));
}

void Session::finish_run() {
    const Run run = std::move(*run_);
    run_.reset();
    const auto taken =
        std::chrono::duration_cast<std::chrono::microseconds>(house_.context.clock.steady_now() - run_since_);
    house_.context.metrics.websocket_answered(taken);
    Completion completion = run.completion();
    completion.taken = taken;
    transaction_ = completion.transaction;
    MessageTrace trace = std::move(run_trace_);
    if (run_talk_) {
        finish_talk(run.id(), *std::move(run_talk_), std::move(trace), run.error(), std::move(completion));
        run_talk_.reset();
        return go_on();
    }
    completion.trace = trace.told();
    trace.end(run.error());
    say(run.error() ? error_message(run.id(), *run.error(), completion) : complete_message(run.id(), completion));
    go_on();
}

void Session::cancel_run() {
    cancelled_ = true;
    worker_->cancel();
}

// A cancel travels beside the session's own bytes: one that comes behind the end of what it is for would hit the next.
void Session::go_on() {
    if (!std::exchange(cancelled_, false)) return start_next();
    settling_ = true;
    house_.tasks.spawn(channel_->executor(), settle(shared_from_this()));
}

// The worker hears the gateway's messages in their order: it has heard the cancel when it answers a question.
awaitable<void> Session::settle(Pointer self) {
    const auto ask = [&fleet = self->house_.context.fleet, workspace = self->guest_->workspace.id] {
        return fleet.sessions(workspace).size();
    };
    (void)co_await net::run_blocking(self->house_.pool, ask);
    self->settling_ = false;
    self->start_next();
}

void Session::worker_ended(const Error& error) {
    if (ended_) return;
    const Ending ending = ending_of(error);
    if (run_) say(error_message(run_->id(), error));
    run_trace_.end(error);
    for (Work& work : waiting_) refuse(work, error);
    run_.reset();
    say(session_message({.event = ending.event, .error = error, .expires_at = {}}));
    const bool shutdown = ending.reason == CancelReason::kShutdown;
    end(shutdown ? WebSocketEnd::kShutdown : WebSocketEnd::kSessionEnded, ending.code, error.message);
}

}  // namespace smew::http::websocket
