#include "http/websocket/session.hpp"
#include "net/run_blocking.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // see http_connection.hpp
#endif

namespace smew::http::websocket {

namespace asio = boost::asio;
using asio::awaitable;
using telemetry::WebSocketEnd;
using telemetry::WebSocketLogin;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

// Of what the workspace's session was refused with.
WebSocketLogin outcome_of(const Error& error) {
    return error.code.error_class() == "53" ? WebSocketLogin::kLimitReached : WebSocketLogin::kError;
}

std::uint16_t close_code_of(WebSocketLogin outcome) {
    switch (outcome) {
        case WebSocketLogin::kAuthFailed:
            return 4401;
        case WebSocketLogin::kExpired:
            return 4410;
        case WebSocketLogin::kLimitReached:
            return 1013;
        case WebSocketLogin::kTimeout:
            return 4408;
        default:
            return 1008;
    }
}

Error log_in_first() {
    return {sqlstate::kInvalidAuthorization, "the first message must be of type \"auth\"", "",
            R"(Send {"type":"auth","user":"ws_…","password":"…"} or {"type":"auth","key":"…","workspace":"…"}.)"};
}

}  // namespace

awaitable<bool> Session::log_in() {
    arm_login_timer();
    std::optional<Login> login;
    if (!guest_) {
        login = co_await read_login();
        if (!login) co_return false;
        application_name_ = login->application_name;
    }
    if (login) {
        const bool known = co_await judge(std::move(*login));
        if (!known) co_return false;
    }
    const Result<void> opened = co_await open_worker();
    login_timer_.cancel();
    if (ended_) co_return false;
    if (!opened) {
        refuse(opened.error(), outcome_of(opened.error()));
        co_return false;
    }
    welcome();
    co_return true;
}

awaitable<std::optional<Login>> Session::read_login() {
    Channel::Incoming first = co_await channel_->read();
    if (first.end) {
        if (!ended_) house_.context.metrics.websocket_login(WebSocketLogin::kError);
        end_reading(*first.end);
        co_return std::nullopt;
    }
    house_.context.metrics.websocket_received(first.message.size());
    auto message = parse_client_message(first.message);
    if (!first.text || !message) {
        refuse(message ? log_in_first() : message.error().error, WebSocketLogin::kAuthFailed);
        co_return std::nullopt;
    }
    auto* login = std::get_if<Login>(&*message);
    if (login == nullptr) {
        refuse(log_in_first(), WebSocketLogin::kAuthFailed);
        co_return std::nullopt;
    }
    co_return std::move(*login);
}

awaitable<bool> Session::judge(Login login) {
    const auto look = [this, &login] { return house_.gate.judge(login, {peer_.address, peer_.network}); };
    auto guest = co_await net::run_blocking(house_.pool, look);
    if (!guest) {
        if (guest.error().delay.count() > 0) {
            asio::steady_timer timer(channel_->executor(), guest.error().delay);
            (void)co_await timer.async_wait(kTuple);
        }
        refuse(guest.error().error, guest.error().outcome);
        co_return false;
    }
    guest_ = std::move(*guest);
    co_return true;
}

awaitable<Result<void>> Session::open_worker() {
    const auto open = [this] {
        SessionOrigin origin{.client_address = peer_.address, .client_port = peer_.port, .tls = peer_.tls};
        origin.door = link::Door::kWebsocket;
        origin.reads_only = guest_->reads_only;
        if (!application_name_.empty()) origin.parameters.emplace_back("application_name", application_name_);
        return WorkspaceSession::open(house_.context.fleet, guest_->workspace, std::move(origin));
    };
    auto opened = co_await net::run_blocking(house_.pool, open);
    if (!opened) co_return opened.error();
    worker_ = std::move(*opened);
    worker_->attach(channel_->executor());
    if (ended_) worker_->close();
    co_return co_await worker_->greet();
}

void Session::refuse(const Error& error, WebSocketLogin outcome) {
    if (ended_) return;
    house_.context.metrics.websocket_login(outcome);
    say(error_message("", error));
    end(WebSocketEnd::kSessionEnded, close_code_of(outcome), error.message);
}

void Session::welcome() {
    logged_in_ = true;
    house_.context.metrics.websocket_login(WebSocketLogin::kSuccess);
    const catalog::Workspace& workspace = guest_->workspace;
    log::info("websocket_opened", {{"session_id", worker_->id().value()},
                                   {"workspace_id", workspace.id.value()},
                                   {"user", guest_->name},
                                   {"client_ip", peer_.address}});
    say(ready_message({.session = worker_->id().value(),
                       .workspace = workspace.id.value(),
                       .database = workspace.database(),
                       .user = guest_->name,
                       .version = house_.context.version,
                       .expires_at = workspace.expires_at,
                       .reads_only = guest_->reads_only}));
    arm_expiry_timer();
    house_.tasks.spawn(channel_->executor(), keep_pinging(shared_from_this()));
}

void Session::arm_login_timer() {
    login_timer_.expires_after(house_.context.settings.websocket_login_timeout_seconds);
    login_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const Pointer living = weak.lock();
        if (error || !living || living->ended_) return;
        living->house_.context.metrics.websocket_login(WebSocketLogin::kTimeout);
        living->end(WebSocketEnd::kSessionEnded, close_code_of(WebSocketLogin::kTimeout),
                    "no login in time (websocket_login_timeout_seconds)");
    });
}

// Fires when it is time to tell that the workspace will expire, as far as is known now.
void Session::arm_expiry_timer() {
    const auto notice = house_.context.settings.websocket_expiry_notice_seconds;
    if (notice.count() == 0 || !guest_->workspace.expires_at || ended_) return;
    const auto left = *guest_->workspace.expires_at - house_.context.clock.now() - notice;
    expiry_timer_.expires_after(std::max<std::chrono::microseconds>(left, std::chrono::microseconds(0)));
    expiry_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const Pointer living = weak.lock();
        if (error || !living || living->ended_) return;
        living->house_.tasks.spawn(living->channel_->executor(), tell_expiry(living));
    });
}

// Beast's own pings keep a connection alive; these also tell how far away the client is.
awaitable<void> Session::keep_pinging(Pointer self) {
    while (!self->ended_) {
        const bool sent = co_await self->channel_->ping();
        if (!sent) co_return;
        self->ping_timer_.expires_after(self->house_.context.settings.websocket_ping_interval_seconds);
        (void)co_await self->ping_timer_.async_wait(kTuple);
    }
}

// Its time may have been extended since: looks again.
awaitable<void> Session::tell_expiry(Pointer self) {
    Context& context = self->house_.context;
    const catalog::Workspace known = self->guest_->workspace;
    const auto look = [&context, &known] { return context.store.workspace(known.project, known.id); };
    const Result<catalog::Workspace> now = co_await net::run_blocking(self->house_.pool, look);
    if (!now || self->ended_) co_return;
    if (now->expires_at != known.expires_at) {
        self->guest_->workspace = *now;
        self->arm_expiry_timer();
        co_return;
    }
    self->say(session_message({.event = "expiring", .error = {}, .expires_at = known.expires_at}));
}

}  // namespace smew::http::websocket
