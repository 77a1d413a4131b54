#pragma once
// A connection over a plain or a TLS stream. For this room's connection*.cpp only: Beast is heavy, so what reads and
// what writes are compiled apart from each other.

#include "http/body_source.hpp"
#include "http/connection.hpp"
#include "http/wire.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <memory>
#include <string>
#include <vector>

#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 takes Asio's own allocation of coroutine frames for a mismatch once it has inlined one half of it.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace smew::http {

using PlainStream = boost::beast::tcp_stream;
using TlsStream = boost::asio::ssl::stream<boost::beast::tcp_stream>;

inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
inline constexpr std::size_t kPiece = 256 << 10;

template <class Stream>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<Stream>> {
public:
    HttpConnection(Desk desk, Stream stream, wire::Peer client)
        : desk_(desk), stream_(std::move(stream)), executor_(stream_.get_executor()), client_(std::move(client)) {}

    boost::asio::awaitable<void> run() override;
    void end_when_idle() override;

private:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    // Reads and answers one request; false when it was the last.
    awaitable<bool> one_request();
    // Hands the socket to the WebSocket door; false when that refuses, with the response set.
    awaitable<bool> upgrade(wire::Parser& parser, Exchange& exchange);
    void record(Exchange& exchange, SteadyTime started, std::uint64_t sent);

    // connection_reading.cpp
    awaitable<void> receive(wire::Parser& parser, Exchange& exchange);
    awaitable<bool> read_text(wire::Parser& parser, Exchange& exchange);
    awaitable<bool> read_upload(wire::Parser& parser, Exchange& exchange);
    awaitable<bool> read_piece(wire::Parser& parser, std::vector<char>& buffer, std::size_t& size);
    awaitable<bool> drop_body(wire::Parser& parser);

    // connection_writing.cpp
    awaitable<bool> send(Exchange& exchange, unsigned version, bool keep_alive, std::uint64_t& sent);
    awaitable<bool> send_body(wire::Reply& reply, BodySource& source, std::uint64_t& sent);
    awaitable<bool> send_stream(Exchange& exchange, unsigned version, bool keep_alive, std::uint64_t& sent);
    awaitable<bool> tell_to_continue(unsigned version);
    awaitable<void> close();

    boost::beast::tcp_stream& socket() { return boost::beast::get_lowest_layer(stream_); }
    void start_deadline() { socket().expires_after(desk_.context.settings.http_idle_timeout_seconds); }

    Desk desk_;
    Stream stream_;
    const boost::asio::any_io_executor executor_;  // also when the stream was handed on
    const wire::Peer client_;
    boost::beast::flat_buffer buffer_;
    bool upgraded_ = false;  // the socket is another's
    bool idle_ = false;      // waiting for a request to begin
    bool ending_ = false;    // the request under way is the last
    bool unread_ = false;    // the peer may still be sending
};

}  // namespace smew::http
