#include "http/http_connection.hpp"
#include "http/problem.hpp"
#include "net/run_blocking.hpp"
#include "tracing/trace.hpp"

#include <boost/beast/http/read.hpp>
#include <boost/beast/ssl.hpp>

#include <algorithm>

namespace smew::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using asio::awaitable;

// An unread body up to this size is read and dropped, so that the connection can go on.
constexpr std::uint64_t kDropBytes = 64 << 10;

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
    // g++ 12 loses track of what a co_await inside && or ?: has to destroy.
    bool complete = false;
    if (exchange.request.upload) {
        complete = co_await tracing::trace(exchange.transaction, "http.server.receive", read_upload(parser, exchange));
    } else {
        complete = co_await read_text(parser, exchange);
    }
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

template awaitable<void> HttpConnection<PlainStream>::receive(wire::Parser&, Exchange&);
template awaitable<bool> HttpConnection<PlainStream>::drop_body(wire::Parser&);
template awaitable<void> HttpConnection<TlsStream>::receive(wire::Parser&, Exchange&);
template awaitable<bool> HttpConnection<TlsStream>::drop_body(wire::Parser&);

}  // namespace smew::http
