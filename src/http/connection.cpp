#include "http/connection.hpp"

#include "http/http_connection.hpp"
#include "http/monitoring.hpp"
#include "http/websocket/door.hpp"
#include "http/websocket/upgrade.hpp"
#include "net/address.hpp"
#include "telemetry/log.hpp"
#include "tracing/trace.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/ssl.hpp>

namespace smew::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeaderBytes = 32 << 10;
constexpr std::chrono::seconds kHandshakeTimeout{10};

// Counts a request also when its coroutine is cancelled.
class InFlight {
public:
    explicit InFlight(telemetry::Metrics& metrics) : metrics_(metrics) { metrics_.http_in_flight(1); }
    ~InFlight() { metrics_.http_in_flight(-1); }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

private:
    telemetry::Metrics& metrics_;
};

}  // namespace

template <class Stream>
asio::awaitable<void> HttpConnection<Stream>::run() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
        socket().expires_after(kHandshakeTimeout);
        const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kTuple);
        if (failed) co_return;
    }
    while (!ending_) {
        const bool again = co_await one_request();
        if (!again) break;
    }
    if (!upgraded_) co_await close();
}

template <class Stream>
void HttpConnection<Stream>::end_when_idle() {
    auto self = this->shared_from_this();
    asio::post(executor_, [self] {
        self->ending_ = true;
        if (self->idle_) self->socket().cancel();
    });
}

template <class Stream>
asio::awaitable<bool> HttpConnection<Stream>::one_request() {
    wire::Parser parser;
    parser.header_limit(kMaxHeaderBytes);
    parser.body_limit(boost::none);  // counted here, by route
    start_deadline();
    idle_ = true;
    const auto [error, header_bytes] = co_await bhttp::async_read_header(stream_, buffer_, parser, kTuple);
    idle_ = false;
    const SteadyTime started = desk_.context.clock.steady_now();
    Exchange exchange;
    exchange.head = wire::head_of(parser, client_);
    bool keep_alive = false;
    if (error) {
        exchange.response = wire::complaint(error, exchange.head.request_id);
        if (!exchange.response) co_return false;
        unread_ = true;
    } else {
        const bool upgrade_asked = websocket::is_upgrade(parser.get().base());
        begin_monitoring(exchange, desk_.context, upgrade_asked);
        const InFlight counted(desk_.context.metrics);
        if (upgrade_asked) {
            const bool handed_over = co_await upgrade(parser, exchange);
            if (handed_over) co_return false;
        }
        if (!exchange.response) co_await receive(parser, exchange);
        if (!exchange.response) co_return false;
        if (!parser.is_done()) {
            const bool dropped = co_await drop_body(parser);
            unread_ = !dropped;
        }
        keep_alive = parser.keep_alive() && !unread_ && !ending_;
    }
    if (exchange.response->delay.count() > 0) {
        asio::steady_timer timer(stream_.get_executor(), exchange.response->delay);
        (void)co_await timer.async_wait(kTuple);
    }
    announce_trace(exchange);
    std::uint64_t sent = 0;
    const unsigned version = parser.get().version() == 10 ? 10 : 11;
    bool arrived = false;
    if (exchange.response->stream) {
        // Without chunks the end of the connection is the end of the stream.
        keep_alive = keep_alive && version >= 11;
        arrived = co_await tracing::trace(exchange.transaction, "http.server.send",
                                          send_stream(exchange, version, keep_alive, sent));
    } else {
        arrived = co_await send(exchange, version, keep_alive, sent);
    }
    record(exchange, started, sent);
    co_return keep_alive&& arrived;
}

template <class Stream>
asio::awaitable<bool> HttpConnection<Stream>::upgrade(wire::Parser& parser, Exchange& exchange) {
    error_code error;
    const auto client = socket().socket().remote_endpoint(error);
    if (error) co_return false;
    constexpr bool kTls = std::is_same_v<Stream, TlsStream>;
    auto judgement = co_await desk_.door.judge(parser.get().base(), client, kTls, exchange.head.request_id);
    if (judgement.refusal) {
        exchange.response = std::move(judgement.refusal);
        co_return false;
    }
    upgraded_ = true;
    end_upgrade(exchange);
    desk_.door.welcome(
        websocket::make_channel(std::move(stream_), std::move(buffer_), desk_.context.settings, desk_.context.metrics),
        parser.get().base(), std::move(judgement));
    co_return true;
}

template <class Stream>
void HttpConnection<Stream>::record(Exchange& exchange, SteadyTime started, std::uint64_t sent) {
    const auto taken =
        std::chrono::duration_cast<std::chrono::microseconds>(desk_.context.clock.steady_now() - started);
    const std::string_view route = exchange.route != nullptr ? exchange.route->pattern : "unmatched";
    const std::string_view method = exchange.route != nullptr ? std::string_view(exchange.head.method) : "other";
    end_monitoring(exchange, desk_.context, taken);
    desk_.context.metrics.http_request(method, route, exchange.response->status, taken);
    log::info("http_request", {{"method", exchange.head.method},
                               {"route", route},
                               {"status", exchange.response->status},
                               {"duration_ms", static_cast<double>(taken.count()) / 1000.0},
                               {"bytes", sent},
                               {"request_id", exchange.head.request_id},
                               {"caller", exchange.request.caller.name()},
                               {"client_ip", exchange.head.client_address}});
}

std::shared_ptr<Connection> make_connection(Desk desk, asio::ip::tcp::socket socket, const net::Tls* tls) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    wire::Peer client;
    if (!error) client = {net::host_text(peer), peer.port(), net::client_network(peer)};
    beast::tcp_stream plain(std::move(socket));
    if (tls == nullptr) return std::make_shared<HttpConnection<PlainStream>>(desk, std::move(plain), std::move(client));
    // Making a connection's state from it changes nothing but its count of references, which OpenSSL guards.
    auto& context = const_cast<asio::ssl::context&>(tls->context);
    return std::make_shared<HttpConnection<TlsStream>>(desk, TlsStream(std::move(plain), context), std::move(client));
}

}  // namespace smew::http
