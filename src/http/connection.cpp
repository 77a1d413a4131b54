#include "http/connection.hpp"

#include "http/body_source.hpp"
#include "http/problem.hpp"
#include "http/wire.hpp"
#include "net/address.hpp"
#include "net/run_blocking.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl.hpp>

#include <vector>

namespace smew::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;
using PlainStream = beast::tcp_stream;
using TlsStream = asio::ssl::stream<beast::tcp_stream>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t kMaxHeaderBytes = 32 << 10;
constexpr std::size_t kPiece = 256 << 10;
// An unread body up to this size is read and dropped, so that the connection can go on.
constexpr std::uint64_t kDropBytes = 64 << 10;
constexpr std::chrono::seconds kHandshakeTimeout{10};
// Closing with unread bytes would reset the connection, and the answer might be lost on its way.
constexpr std::chrono::seconds kLingerTimeout{3};
constexpr std::uint64_t kLingerBytes = 16 << 20;

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

template <class Stream>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<Stream>> {
public:
    HttpConnection(Desk desk, Stream stream, std::string client)
        : desk_(desk), stream_(std::move(stream)), client_(std::move(client)) {}

    awaitable<void> run() override {
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            socket().expires_after(kHandshakeTimeout);
            const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kTuple);
            if (failed) co_return;
        }
        while (!ending_) {
            const bool again = co_await one_request();
            if (!again) break;
        }
        co_await close();
    }

    void end_when_idle() override {
        auto self = this->shared_from_this();
        asio::post(stream_.get_executor(), [self] {
            self->ending_ = true;
            if (self->idle_) self->socket().cancel();
        });
    }

private:
    // Reads and answers one request; false when it was the last.
    awaitable<bool> one_request();
    awaitable<void> receive(wire::Parser& parser, Exchange& exchange);
    awaitable<bool> read_text(wire::Parser& parser, Exchange& exchange);
    awaitable<bool> read_upload(wire::Parser& parser, Exchange& exchange);
    awaitable<bool> read_piece(wire::Parser& parser, std::vector<char>& buffer, std::size_t& size);
    awaitable<bool> drop_body(wire::Parser& parser);
    awaitable<bool> send(Exchange& exchange, unsigned version, bool keep_alive, std::uint64_t& sent);
    awaitable<bool> send_body(wire::Reply& reply, BodySource& source, std::uint64_t& sent);
    awaitable<bool> tell_to_continue(unsigned version);
    awaitable<void> wait(std::chrono::milliseconds delay);
    awaitable<void> close();
    void record(const Exchange& exchange, SteadyTime started, std::uint64_t sent);

    beast::tcp_stream& socket() { return beast::get_lowest_layer(stream_); }
    void start_deadline() { socket().expires_after(desk_.context.settings.http_idle_timeout_seconds); }

    Desk desk_;
    Stream stream_;
    const std::string client_;
    beast::flat_buffer buffer_;
    bool idle_ = false;    // waiting for a request to begin
    bool ending_ = false;  // the request under way is the last
    bool unread_ = false;  // the peer may still be sending
};

template <class Stream>
awaitable<bool> HttpConnection<Stream>::one_request() {
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
        const InFlight counted(desk_.context.metrics);
        co_await receive(parser, exchange);
        if (!exchange.response) co_return false;
        unread_ = !parser.is_done() && !co_await drop_body(parser);
        keep_alive = parser.keep_alive() && !unread_ && !ending_;
    }
    if (exchange.response->delay.count() > 0) co_await wait(exchange.response->delay);
    std::uint64_t sent = 0;
    const bool arrived = co_await send(exchange, parser.get().version() == 10 ? 10 : 11, keep_alive, sent);
    record(exchange, started, sent);
    co_return arrived&& keep_alive;
}

// Sets the response, unless the peer went away.
template <class Stream>
awaitable<void> HttpConnection<Stream>::receive(wire::Parser& parser, Exchange& exchange) {
    if (wire::expects_more(parser)) {
        const Problem problem{.status = 417, .code = "expectation_failed", .message = "this Expect is not known"};
        exchange.response = to_response(problem, "", exchange.head.request_id, "");
        co_return;
    }
    const auto admit = [this, &exchange] { desk_.dispatcher.admit(exchange); };
    co_await net::run_blocking(desk_.lanes.metadata, admit);
    if (exchange.response) co_return;
    if (!parser.is_done() && wire::expects_continue(parser)) {
        const bool told = co_await tell_to_continue(parser.get().version());
        if (!told) co_return;
    }
    const bool complete =
        exchange.request.upload ? co_await read_upload(parser, exchange) : co_await read_text(parser, exchange);
    if (!complete) co_return;
    Lanes& lanes = desk_.lanes;
    asio::thread_pool& lane = exchange.route->lane == Lane::kWorker ? lanes.workers : lanes.metadata;
    const auto handle = [this, &exchange] { desk_.dispatcher.handle(exchange); };
    co_await net::run_blocking(lane, handle);
}

// False when there is nothing to handle: the peer is gone, or a response says what was wrong.
template <class Stream>
awaitable<bool> HttpConnection<Stream>::read_text(wire::Parser& parser, Exchange& exchange) {
    const std::uint64_t limit = desk_.context.settings.http_max_json_bytes.count;
    bool too_large = parser.content_length().value_or(0) > limit;
    std::vector<char> buffer(parser.is_done() ? 0 : std::min<std::size_t>(kPiece, limit + 1));
    start_deadline();  // for the whole of it
    while (!parser.is_done() && !too_large) {
        std::size_t size = 0;
        const bool read = co_await read_piece(parser, buffer, size);
        if (!read) co_return false;
        exchange.head.body_text.append(buffer.data(), size);
        too_large = exchange.head.body_text.size() > limit;
    }
    if (too_large) {
        desk_.dispatcher.refuse(exchange,
                                {sqlstate::kConfigurationLimitExceeded,
                                 "the body is larger than " + to_text(Bytes{limit}) + " (http_max_json_bytes)"});
    }
    co_return !too_large;
}

template <class Stream>
awaitable<bool> HttpConnection<Stream>::read_upload(wire::Parser& parser, Exchange& exchange) {
    const Bytes limit = desk_.context.settings.import_max_bytes;
    if (parser.content_length().value_or(0) > limit.count) {
        desk_.dispatcher.refuse(exchange, {sqlstate::kConfigurationLimitExceeded,
                                           "the body is larger than " + to_text(limit) + " (import_max_bytes)"});
        co_return false;
    }
    std::vector<char> buffer(kPiece);
    while (!parser.is_done()) {
        // One byte past the limit is enough to know; waiting for more would be waiting for what is refused anyway.
        buffer.resize(std::min<std::uint64_t>(kPiece, limit.count - exchange.request.upload->received() + 1));
        std::size_t size = 0;
        start_deadline();  // for each piece
        const bool read = co_await read_piece(parser, buffer, size);
        if (!read) co_return false;
        const ByteSpan piece = as_bytes(std::string_view(buffer.data(), size));
        const auto keep = [&exchange, piece] { return exchange.request.upload->write(piece); };
        const Result<void> kept = co_await net::run_blocking(desk_.lanes.disk, keep);
        if (kept) continue;
        desk_.dispatcher.refuse(exchange, kept.error());
        co_return false;
    }
    co_return true;
}

// Fills the buffer as far as there is something. False when the peer went away or sends no HTTP.
template <class Stream>
awaitable<bool> HttpConnection<Stream>::read_piece(wire::Parser& parser, std::vector<char>& buffer, std::size_t& size) {
    parser.get().body().data = buffer.data();
    parser.get().body().size = buffer.size();
    const auto [error, count] = co_await bhttp::async_read(stream_, buffer_, parser, kTuple);
    size = buffer.size() - parser.get().body().size;
    co_return !error || error == bhttp::error::need_buffer;
}

// True when the rest of the body was small and is out of the way.
template <class Stream>
awaitable<bool> HttpConnection<Stream>::drop_body(wire::Parser& parser) {
    // Who waits for "100 Continue" and gets an error may send the body or not: nobody knows.
    if (wire::expects_continue(parser) || parser.content_length_remaining().value_or(kDropBytes + 1) > kDropBytes) {
        co_return false;
    }
    std::vector<char> buffer(kDropBytes);
    start_deadline();
    while (!parser.is_done()) {
        std::size_t size = 0;
        const bool read = co_await read_piece(parser, buffer, size);
        if (!read) co_return false;
    }
    co_return true;
}

template <class Stream>
awaitable<bool> HttpConnection<Stream>::tell_to_continue(unsigned version) {
    bhttp::response<bhttp::empty_body> go_on(bhttp::status::continue_, version);
    start_deadline();
    const auto [error, count] = co_await bhttp::async_write(stream_, go_on, kTuple);
    co_return !error;
}

template <class Stream>
awaitable<bool> HttpConnection<Stream>::send(Exchange& exchange, unsigned version, bool keep_alive,
                                             std::uint64_t& sent) {
    std::optional<BodySource> source(std::in_place, *exchange.response);
    Response missing;
    if (const Result<void> opened = source->open(); !opened) {
        missing = to_response({.status = 404, .code = "file_not_found", .message = opened.error().message},
                              exchange.path, exchange.head.request_id, "");
        source.reset();
        exchange.response = std::move(missing);
        source.emplace(*exchange.response);
        (void)source->open();
    }
    wire::Reply reply = wire::reply_of(*exchange.response, exchange.head.request_id,
                                       {.version = version, .keep_alive = keep_alive, .size = source->size()});
    if (exchange.head.method == "HEAD" || source->size() == 0) {
        bhttp::response_serializer<bhttp::buffer_body> serializer(reply);
        start_deadline();
        const auto [error, count] = co_await bhttp::async_write_header(stream_, serializer, kTuple);
        co_return !error;
    }
    co_return co_await send_body(reply, *source, sent);
}

template <class Stream>
awaitable<bool> HttpConnection<Stream>::send_body(wire::Reply& reply, BodySource& source, std::uint64_t& sent) {
    bhttp::response_serializer<bhttp::buffer_body> serializer(reply);
    while (!source.done()) {
        std::string_view piece;
        const auto read = [&source, &piece] { return source.next(piece); };
        bool there = true;
        if (source.is_file())
            there = co_await net::run_blocking(desk_.lanes.disk, read);
        else
            there = read();
        if (!there) co_return false;
        reply.body().data = const_cast<char*>(piece.data());  // Beast only reads it
        reply.body().size = piece.size();
        reply.body().more = !source.done();
        start_deadline();
        const auto [error, count] = co_await bhttp::async_write(stream_, serializer, kTuple);
        if (error && error != bhttp::error::need_buffer) co_return false;
        sent += piece.size();
    }
    co_return true;
}

template <class Stream>
awaitable<void> HttpConnection<Stream>::wait(std::chrono::milliseconds delay) {
    asio::steady_timer timer(stream_.get_executor(), delay);
    (void)co_await timer.async_wait(kTuple);
}

// Says goodbye, then reads what the peer was still sending, so that it sees the answer and not a reset.
template <class Stream>
awaitable<void> HttpConnection<Stream>::close() {
    socket().expires_after(kLingerTimeout);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
        if (!unread_) {
            (void)co_await stream_.async_shutdown(kTuple);
        }
    }
    error_code ignored;
    socket().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    std::vector<char> buffer(unread_ ? kPiece : 0);
    for (std::uint64_t dropped = 0; unread_ && dropped < kLingerBytes;) {
        const auto [error, count] = co_await socket().async_read_some(asio::buffer(buffer), kTuple);
        if (error) break;
        dropped += count;
    }
    socket().close();
}

template <class Stream>
void HttpConnection<Stream>::record(const Exchange& exchange, SteadyTime started, std::uint64_t sent) {
    const auto taken =
        std::chrono::duration_cast<std::chrono::microseconds>(desk_.context.clock.steady_now() - started);
    const std::string_view route = exchange.route != nullptr ? exchange.route->pattern : "unmatched";
    const std::string_view method = exchange.route != nullptr ? std::string_view(exchange.head.method) : "other";
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

}  // namespace

std::shared_ptr<Connection> make_connection(Desk desk, asio::ip::tcp::socket socket, const net::Tls* tls) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    std::string client = error ? std::string() : net::host_text(peer);
    beast::tcp_stream plain(std::move(socket));
    if (tls == nullptr) return std::make_shared<HttpConnection<PlainStream>>(desk, std::move(plain), std::move(client));
    // Making a connection's state from it changes nothing but its count of references, which OpenSSL guards.
    auto& context = const_cast<asio::ssl::context&>(tls->context);
    return std::make_shared<HttpConnection<TlsStream>>(desk, TlsStream(std::move(plain), context), std::move(client));
}

}  // namespace smew::http
