#include "http/websocket/session.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // see http_connection.hpp
#endif

namespace smew::http::websocket {

namespace asio = boost::asio;
using asio::awaitable;
using telemetry::WebSocketEnd;
using telemetry::WebSocketLogin;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
// From the decision to end a connection to its being cut, however little the peer reads.
constexpr std::chrono::seconds kFarewell{5};

Session::Session(House house, std::unique_ptr<Channel> channel, Peer peer, std::optional<Guest> guest)
    : house_(house),
      channel_(std::move(channel)),
      peer_(std::move(peer)),
      guest_(std::move(guest)),
      outbox_(channel_->executor(), house_.context.metrics, house_.context.settings.websocket_send_queue_bytes.count),
      rate_(house_.context.settings.websocket_max_messages_per_second, house_.context.clock.steady_now()),
      login_timer_(channel_->executor()),
      expiry_timer_(channel_->executor()),
      ping_timer_(channel_->executor()),
      farewell_timer_(channel_->executor()) {
    house_.context.metrics.websocket_active(1);
}

Session::~Session() {
    house_.context.metrics.websocket_active(-1);
}

void Session::start(UpgradeHead head) {
    house_.tasks.spawn(channel_->executor(), serve(shared_from_this(), std::move(head)));
}

void Session::stop() {
    asio::post(channel_->executor(), [self = shared_from_this()] {
        self->end(WebSocketEnd::kShutdown, 1001, "the server is shutting down");
    });
}

awaitable<void> Session::serve(Pointer self, UpgradeHead head) {
    const bool accepted = co_await self->channel_->accept(head);
    if (!accepted) {
        self->house_.context.metrics.websocket_login(WebSocketLogin::kError);
        co_return;
    }
    self->house_.tasks.spawn(self->channel_->executor(), write_out(self));
    const bool in = co_await self->log_in();
    if (!in) co_return;
    self->house_.tasks.spawn(self->channel_->executor(), read_worker(self));
    co_await self->read_client();
}

awaitable<void> Session::write_out(Pointer self) {
    for (;;) {
        const std::optional<std::string> message = co_await self->outbox_.next();
        if (!message) break;
        const bool arrived = co_await self->channel_->write(*message);
        self->outbox_.sent(*message);
        if (!arrived) {
            self->peer_gone_ = true;
            self->end(self->channel_->silent() ? WebSocketEnd::kSilent : WebSocketEnd::kClient, 1006, "");
            break;
        }
    }
    if (!self->peer_gone_) co_await self->channel_->close(self->close_code_, self->close_text_);
    self->channel_->cut();
    self->farewell_timer_.cancel();
}

awaitable<void> Session::read_client() {
    while (!ended_) {
        Channel::Incoming incoming = co_await channel_->read();
        if (incoming.end) {
            end_reading(*incoming.end);
            co_return;
        }
        house_.context.metrics.websocket_received(incoming.message.size());
        if (!incoming.text) {
            end(WebSocketEnd::kProtocolError, 1003, "messages are JSON texts, not binary");
            co_return;
        }
        const auto message = parse_client_message(incoming.message);
        if (message)
            handle(*message);
        else
            say(error_message(message.error().id, message.error().error));
        const bool room = co_await has_room();
        if (!room) co_return;
        const bool go_on = co_await paced();
        if (!go_on) co_return;
    }
}

// A client that sends faster than it may is read more slowly.
awaitable<bool> Session::paced() {
    const auto pause = rate_.take(house_.context.clock.steady_now());
    if (pause.count() > 0) {
        asio::steady_timer timer(channel_->executor(), pause);
        (void)co_await timer.async_wait(kTuple);
    }
    co_return !ended_;
}

// Waits until the client has read enough of what it is sent; ends the connection when it does not in time.
awaitable<bool> Session::has_room() {
    const bool room = co_await outbox_.room(house_.context.settings.websocket_slow_consumer_timeout_seconds);
    if (!room && !ended_) {
        outbox_.clear();
        end(WebSocketEnd::kSlowConsumer, 1008,
            "the results were not read in time (websocket_slow_consumer_timeout_seconds)");
    }
    co_return !ended_;
}

void Session::end_reading(ReadEnd reason) {
    switch (reason) {
        case ReadEnd::kClosed:
            peer_gone_ = true;
            return end(WebSocketEnd::kClient, 1000, "");
        case ReadEnd::kSilent:
            peer_gone_ = true;
            return end(WebSocketEnd::kSilent, 1006, "");
        case ReadEnd::kProtocolError:
            peer_gone_ = true;  // Beast has told it
            return end(WebSocketEnd::kProtocolError, 1002, "");
        case ReadEnd::kTooLarge:
            peer_gone_ = true;
            return end(WebSocketEnd::kProtocolError, 1009, "");
    }
}

void Session::end(WebSocketEnd why, std::uint16_t code, std::string text) {
    if (ended_) return;
    ended_ = true;
    close_code_ = code;
    close_text_ = std::move(text);
    if (worker_ && run_) worker_->cancel();
    if (worker_) worker_->close();
    if (asking_) asking_->store(true);
    const Error gone = error_for(peer_gone_ ? CancelReason::kClientGone : CancelReason::kAdmin);
    if (run_) run_trace_.end(gone);
    for (Work& work : waiting_) work.trace.end(gone);
    waiting_.clear();
    login_timer_.cancel();
    expiry_timer_.cancel();
    ping_timer_.cancel();
    if (peer_gone_) outbox_.clear();
    outbox_.close();
    if (logged_in_) house_.context.metrics.websocket_closed(why);
    log::info("websocket_closed", {{"session_id", worker_ ? std::string_view(worker_->id().value()) : "-"},
                                   {"client_ip", peer_.address},
                                   {"code", code},
                                   {"reason", close_text_}});
    farewell_timer_.expires_after(kFarewell);
    farewell_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const Pointer living = weak.lock();
        if (!error && living) living->channel_->cut();
    });
}

}  // namespace smew::http::websocket
