#include "catalog/mock_secret.hpp"
#include "net/address.hpp"
#include "pgfront/front_impl.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancel_after.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// g++ 12 pairs the coroutine frame's operator delete with the wrong operator new once both are inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::pgfront {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::system_error;
using tcp = asio::ip::tcp;
using telemetry::ConnectionStatus;

// Starting a worker waits for its process, not for a processor.
constexpr std::size_t kStartingThreads = 8;

net::Listener open_listener(asio::io_context& io, const std::string& address) {
    auto listener = net::Listener::open(io, address);
    if (!listener) throw ErrorException(listener.error());
    return std::move(*listener);
}

Directory open_directory(catalog::Store& store, std::optional<catalog::Workspace> admin) {
    return {.workspace_by_user =
                [&store, admin = std::move(admin)](std::string_view user) {
                    return admin && user == admin->username ? admin : store.workspace_by_user(user);
                },
            .mock_secret = catalog::mock_secret(store)};
}

// Notices after two minutes that a client's machine or network is gone; also for the worker, which gets the socket.
void keep_alive(tcp::socket& socket) {
    const auto set = [&socket](int level, int name, int value) {
        ::setsockopt(socket.native_handle(), level, name, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

Refusal no_place(std::string message) {
    return {{sqlstate::kTooManyConnections, std::move(message)}, ConnectionStatus::kLimitReached, {}};
}

// Health checks and port scans end like this all the time.
bool is_ordinary_end(const error_code& failed) {
    return failed == asio::error::eof || failed == asio::error::connection_reset;
}

void log_loss(const Client& client, const std::string& reason, bool ordinary) {
    (ordinary ? log::debug : log::info)("connection_lost", {{"address", client.address}, {"reason", reason}});
}

pgproto::Buffer last_words(const Refusal& refusal) {
    pgproto::Buffer out = refusal.before;
    pgproto::write_error(out, pgproto::Severity::kFatal, refusal.error);
    return out;
}

}  // namespace

std::unique_ptr<Front> Front::create(asio::io_context& io, const config::Settings& settings, const net::Tls* tls,
                                     catalog::Store& store, fleet::Fleet& fleet, auth::LoginThrottle& throttle,
                                     telemetry::Metrics& metrics, telemetry::Events& events, const Clock& clock,
                                     std::optional<catalog::Workspace> admin) {
    return std::make_unique<FrontImpl>(io, settings, tls, open_directory(store, std::move(admin)), fleet, throttle,
                                       metrics, events, clock);
}

FrontImpl::FrontImpl(asio::io_context& io, const config::Settings& settings, const net::Tls* tls, Directory directory,
                     fleet::Fleet& fleet, auth::LoginThrottle& throttle, telemetry::Metrics& metrics,
                     telemetry::Events& events, const Clock& clock)
    : login_timeout_(settings.pgwire_login_timeout_seconds),
      max_logins_(2 * static_cast<std::size_t>(settings.pgwire_max_connections_total)),
      directory_(std::move(directory)),
      metrics_(metrics),
      throttle_(throttle),
      places_(
          std::make_shared<net::AddressPlaces>(static_cast<std::size_t>(settings.pgwire_max_connections_per_address))),
      listener_(open_listener(io, settings.pg_listen)),
      pool_(kStartingThreads),
      negotiation_(settings.pgwire_ssl_mode, tls, fleet),
      login_(directory_, throttle_, fleet, tls, metrics, events, clock),
      hand_over_(fleet, metrics, relays_, pool_) {}

FrontImpl::~FrontImpl() {
    stop();
}

void FrontImpl::start() {
    auto accepted = [this](tcp::socket socket) { accept(std::move(socket)); };
    logins_.spawn(listener_.executor(), listener_.run(accepted));
}

void FrontImpl::stop_accepting() {
    stopping_ = true;
    listener_.close();
    logins_.cancel();
}

void FrontImpl::stop() {
    stop_accepting();
    logins_.wait();
    relays_.cancel();
    relays_.wait();
}

void FrontImpl::accept(tcp::socket socket) {
    error_code failed;
    const tcp::endpoint peer = socket.remote_endpoint(failed);
    if (failed) return;
    keep_alive(socket);
    const auto executor = socket.get_executor();
    auto place = places_->take(net::client_network(peer));
    const bool full = logins_.size() >= max_logins_;
    if (!place || full) {
        const Refusal refusal =
            no_place(full ? "too many logins are under way" : "too many connections from this address");
        count_refusal(net::host_text(peer), refusal);
        const pgproto::Buffer out = last_words(refusal);
        ::send(socket.native_handle(), out.data(), out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return;
    }
    logins_.spawn(executor, serve(std::make_unique<Client>(std::move(socket), peer, std::move(place))));
}

asio::awaitable<FrontImpl::Attempt> FrontImpl::log_in(Client& client) {
    auto request = co_await negotiation_.run(client);
    if (!request) co_return Refusal{request.error(), status_of(request.error()), {}};
    if (!*request) co_return Attempt{};
    auto outcome = co_await login_.run(client, std::move(**request));
    if (!outcome) co_return std::move(outcome).error();
    co_await client.stream.write(outcome->proof);
    co_return std::move(*outcome);
}

asio::awaitable<void> FrontImpl::serve(std::unique_ptr<Client> client) {
    const auto in_time = asio::cancel_after(login_timeout_, asio::as_tuple(asio::use_awaitable));
    auto [failure, attempt] = co_await asio::co_spawn(client->stream.executor(), log_in(*client), in_time);
    // From here on nothing waits without a limit of its own, and a client that was let in is not lost.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (failure) {
        if (auto refusal = explain(*client, failure)) co_await refuse(*client, std::move(*refusal));
    } else if (auto* refusal = std::get_if<Refusal>(&attempt)) {
        co_await refuse(*client, std::move(*refusal));
    } else if (auto* login = std::get_if<LoggedIn>(&attempt)) {
        co_await hand_over(std::move(client), std::move(*login));
    }
}

asio::awaitable<void> FrontImpl::hand_over(std::unique_ptr<Client> client, LoggedIn login) {
    const std::string address = client->address;
    const auto adopted = co_await hand_over_.run(client, std::move(login));
    if (adopted) {
        metrics_.connection(ConnectionStatus::kSuccess);
        co_return;
    }
    const Refusal refusal{adopted.error(), ConnectionStatus::kError, {}};
    if (client && client->stream.open()) {
        co_await refuse(*client, refusal);
    } else {
        count_refusal(address, refusal);
    }
}

asio::awaitable<void> FrontImpl::refuse(Client& client, Refusal refusal) {
    count_refusal(client.address, refusal);
    const pgproto::Buffer out = last_words(refusal);
    co_await client.stream.finish(out);
}

std::optional<Refusal> FrontImpl::explain(const Client& client, const std::exception_ptr& failure) const {
    try {
        std::rethrow_exception(failure);
    } catch (const system_error& error) {
        const bool cancelled = error.code() == asio::error::operation_aborted;
        if (cancelled && stopping_) return Refusal{error_for(CancelReason::kShutdown), ConnectionStatus::kError, {}};
        log_loss(client, cancelled ? "login timeout" : error.code().message(), is_ordinary_end(error.code()));
        return std::nullopt;
    } catch (const ErrorException& error) {
        log::error("login_failed", {{"address", client.address}, {"reason", error.error().message}});
    } catch (const std::exception& error) {
        log::error("login_failed", {{"address", client.address}, {"reason", error.what()}});
    }
    return Refusal{
        {sqlstate::kInternalError, "the login failed for a reason of the server's"}, ConnectionStatus::kError, {}};
}

void FrontImpl::count_refusal(const std::string& address, const Refusal& refusal) {
    metrics_.connection(refusal.status);
    log::info("connection_rejected",
              {{"address", address}, {"sqlstate", refusal.error.code.text()}, {"reason", refusal.error.message}});
}

}  // namespace smew::pgfront
