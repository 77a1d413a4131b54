#include "load/ws_connection.hpp"

#include "net/client_tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <deque>
#include <variant>

// g++ 12 pairs the coroutine frame's operator delete with the wrong operator new once both are inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::load {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMostWaiting = 10'000;  // messages that came and that nobody has taken

using Plain = websocket::stream<tcp::socket>;
using Secure = websocket::stream<asio::ssl::stream<tcp::socket>>;

std::uint64_t microseconds_since(SteadyTime from) {
    return static_cast<std::uint64_t>(
        std::chrono::round<std::chrono::microseconds>(SteadyTime::clock::now() - from).count());
}

Error failed(const std::string& step, const error_code& error) {
    return {sqlstate::kConnectionException, step + ": " + error.message()};
}

}  // namespace

struct WsConnection::Stream {
    Stream(const asio::any_io_executor& executor, WsServer& server) : arrived(executor) {
        if (server.tls) {
            socket.emplace<Secure>(executor, *server.tls);
        } else {
            socket.emplace<Plain>(executor);
        }
    }

    // Calls f with the stream, whichever it is.
    template <class Function>
    auto with(Function f) {
        if (auto* secure = std::get_if<Secure>(&socket)) return f(*secure);
        return f(std::get<Plain>(socket));
    }
    tcp::socket& lowest() {
        if (auto* secure = std::get_if<Secure>(&socket)) return beast::get_lowest_layer(*secure);
        return beast::get_lowest_layer(std::get<Plain>(socket));
    }

    std::variant<std::monostate, Plain, Secure> socket;
    asio::steady_timer arrived;  // cancelled when a message comes or the connection ends
    std::deque<std::string> messages;
    bool open = false, waiting = false;
    error_code ended;
    unsigned close_code = 0;
};

namespace {

template <class Socket>
void set_options(Socket& socket, const WsServer& server) {
    socket.read_message_max(server.most_message_bytes);
    if (server.deflate) {
        websocket::permessage_deflate deflate;
        deflate.client_enable = true;
        socket.set_option(deflate);
    }
    socket.set_option(websocket::stream_base::decorator([&server](websocket::request_type& request) {
        for (const auto& [name, value] : server.headers) request.set(name, value);
        if (!server.subprotocol.empty()) request.set(beast::http::field::sec_websocket_protocol, server.subprotocol);
    }));
}

}  // namespace

WsConnection::WsConnection(asio::any_io_executor executor, WsServer& server)
    : executor_(std::move(executor)), server_(server) {}

WsConnection::~WsConnection() {
    abort();
}

bool WsConnection::connected() const {
    return stream_ && stream_->open;
}

unsigned WsConnection::close_code() const {
    return stream_ ? stream_->close_code : 0;
}

void WsConnection::abort() {
    if (!stream_) return;
    error_code ignored;
    stream_->open = false;
    stream_->lowest().close(ignored);
    stream_->arrived.cancel();
}

namespace {

// Takes messages off the stream until it ends.
template <class Stream, class Socket>
asio::awaitable<void> read_all(std::shared_ptr<Stream> stream, Socket& socket) {
    beast::flat_buffer buffer;
    while (stream->open) {
        const auto [error, size] = co_await socket.async_read(buffer, kAsTuple);
        if (error) {
            stream->ended = error;
            stream->close_code = socket.reason().code;
            break;
        }
        if (stream->messages.size() < kMostWaiting) stream->messages.push_back(beast::buffers_to_string(buffer.data()));
        buffer.consume(buffer.size());
        stream->arrived.cancel();
    }
    stream->open = false;
    error_code ignored;
    beast::get_lowest_layer(socket).close(ignored);
    stream->arrived.cancel();
}

}  // namespace

asio::awaitable<Result<WsConnectTimes>> WsConnection::connect() {
    abort();
    stream_ = std::make_shared<Stream>(executor_, server_);
    const auto stream = stream_;
    WsConnectTimes times;
    SteadyTime from = SteadyTime::clock::now();
    const auto [unreachable, endpoint] = co_await asio::async_connect(stream->lowest(), server_.endpoints, kAsTuple);
    if (unreachable) co_return failed("connect", unreachable);
    error_code ignored;
    stream->lowest().set_option(tcp::no_delay(true), ignored);
    times.tcp_us = microseconds_since(from);
    from = SteadyTime::clock::now();
    if (auto* secure = std::get_if<Secure>(&stream->socket)) {
        SSL_set_tlsext_host_name(secure->next_layer().native_handle(), server_.host.c_str());
        const auto [error] = co_await secure->next_layer().async_handshake(asio::ssl::stream_base::client, kAsTuple);
        if (error) co_return failed("TLS handshake", error);
    }
    times.tls_us = microseconds_since(from);
    from = SteadyTime::clock::now();
    stream->with([this](auto& socket) { set_options(socket, server_); });
    const std::string host = server_.host + ":" + server_.port;
    websocket::response_type answer;
    const auto shake = [&](auto& socket) { return socket.async_handshake(answer, host, server_.target, kAsTuple); };
    const auto [refused] = co_await stream->with(shake);
    if (refused) {
        Error error = failed("upgrade", refused);
        if (answer.result_int() >= 300) error.message += " (HTTP " + std::to_string(answer.result_int()) + ")";
        co_return error;
    }
    times.upgrade_us = microseconds_since(from);
    stream->open = true;
    if (auto* secure = std::get_if<Secure>(&stream->socket)) {
        asio::co_spawn(executor_, read_all(stream, *secure), asio::detached);
    } else {
        asio::co_spawn(executor_, read_all(stream, std::get<Plain>(stream->socket)), asio::detached);
    }
    co_return times;
}

asio::awaitable<Result<void>> WsConnection::send(const std::string& text) {
    const auto stream = stream_;
    const auto write = [&](auto& socket) { return socket.async_write(asio::buffer(text), kAsTuple); };
    const auto [error, size] = co_await stream->with(write);
    if (!error) co_return Result<void>();
    abort();
    co_return failed("send", error);
}

asio::awaitable<Result<std::string>> WsConnection::receive() {
    const auto stream = stream_;
    while (stream->messages.empty() && stream->open) {
        stream->arrived.expires_after(std::chrono::hours(24));
        co_await stream->arrived.async_wait(kAsTuple);
    }
    if (stream->messages.empty()) {
        co_return Error{sqlstate::kConnectionFailure, "the connection ended: " + stream->ended.message()};
    }
    std::string message = std::move(stream->messages.front());
    stream->messages.pop_front();
    co_return message;
}

std::size_t WsConnection::drop_pushes() {
    const std::size_t count = stream_ ? stream_->messages.size() : 0;
    if (count > 0) stream_->messages.clear();
    return count;
}

asio::awaitable<void> WsConnection::close() {
    if (connected()) {
        // The reading coroutine takes the server's answer to it.
        const auto stream = stream_;
        const auto say = [](auto& socket) { return socket.async_close(websocket::close_code::normal, kAsTuple); };
        co_await stream->with(say);
    }
    abort();
}

std::string WsServer::address() const {
    return (tls ? "wss://" : "ws://") + host + ":" + port + target.substr(0, target.find('?'));
}

Result<WsServer> find_ws_server(const std::string& url, bool verify) {
    WsServer server;
    const bool secure = url.starts_with("wss://");
    if (!secure && !url.starts_with("ws://")) {
        return Error{sqlstate::kInvalidParameterValue, "--url \"" + url + "\" is no WebSocket address", "",
                     "Write ws://host:port/path or wss://host:port/path."};
    }
    const std::size_t start = url.find("//") + 2, slash = std::min(url.find('/', start), url.size());
    const std::string authority = url.substr(start, slash - start);
    const std::size_t colon = authority.rfind(':');
    const bool with_port = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
    server.host = authority.substr(0, with_port ? colon : std::string::npos);
    server.port = with_port ? authority.substr(colon + 1) : secure ? "443" : "80";
    if (server.host.starts_with('[')) server.host = server.host.substr(1, server.host.size() - 2);
    server.target = slash == url.size() ? "/" : url.substr(slash);
    if (secure) {
        auto context = net::client_tls({verify, server.host, ""});
        if (!context) return context.error();
        server.tls = std::move(*context);
    }
    asio::io_context io;
    error_code error;
    server.endpoints = tcp::resolver(io).resolve(server.host, server.port, error);
    if (error)
        return Error{sqlstate::kConnectionException, "cannot find host \"" + server.host + "\": " + error.message()};
    return server;
}

}  // namespace smew::load
