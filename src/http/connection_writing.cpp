#include "http/body_stream.hpp"
#include "http/departure_watch.hpp"
#include "http/http_connection.hpp"
#include "http/problem.hpp"
#include "net/run_blocking.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl.hpp>

namespace smew::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;

// Closing with unread bytes would reset the connection, and the answer might be lost on its way.
constexpr std::chrono::seconds kLingerTimeout{3};
constexpr std::uint64_t kLingerBytes = 16 << 20;

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

// A statement may run for long without a row: meanwhile the peer's leaving is what ends it.
template <class Stream>
awaitable<bool> HttpConnection<Stream>::send_stream(Exchange& exchange, unsigned version, bool keep_alive,
                                                    std::uint64_t& sent) {
    BodyStream& source = *exchange.response->stream;
    source.attach(stream_.get_executor());
    const DepartureWatch watch(socket().socket(), [&source] { source.abandon(); });
    wire::Reply reply = wire::reply_of(*exchange.response, exchange.head.request_id,
                                       {.version = version, .keep_alive = keep_alive, .size = std::nullopt});
    bhttp::response_serializer<bhttp::buffer_body> serializer(reply);
    for (;;) {
        const std::string_view piece = co_await source.next();
        reply.body().data = const_cast<char*>(piece.data());  // Beast only reads it
        reply.body().size = piece.size();
        reply.body().more = !piece.empty();
        start_deadline();
        const auto [error, count] = co_await bhttp::async_write(stream_, serializer, kTuple);
        if (error && error != bhttp::error::need_buffer) {
            source.abandon();
            co_return false;
        }
        if (piece.empty()) co_return true;
        sent += piece.size();
    }
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

template awaitable<bool> HttpConnection<PlainStream>::send(Exchange&, unsigned, bool, std::uint64_t&);
template awaitable<bool> HttpConnection<PlainStream>::send_stream(Exchange&, unsigned, bool, std::uint64_t&);
template awaitable<bool> HttpConnection<PlainStream>::tell_to_continue(unsigned);
template awaitable<void> HttpConnection<PlainStream>::close();
template awaitable<bool> HttpConnection<TlsStream>::send(Exchange&, unsigned, bool, std::uint64_t&);
template awaitable<bool> HttpConnection<TlsStream>::send_stream(Exchange&, unsigned, bool, std::uint64_t&);
template awaitable<bool> HttpConnection<TlsStream>::tell_to_continue(unsigned);
template awaitable<void> HttpConnection<TlsStream>::close();

}  // namespace smew::http
