#pragma once
// A client's connection, in plain text or under TLS, as a stream of bytes. Belongs to the socket's strand. Operations
// throw system_error when the peer is gone.

#include "core/bytes.hpp"
#include "core/fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <optional>
#include <string>

namespace smew::pgfront {

class ClientStream {
public:
    explicit ClientStream(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
    ClientStream(const ClientStream&) = delete;
    ClientStream& operator=(const ClientStream&) = delete;

    boost::asio::any_io_executor executor() { return socket_.get_executor(); }

    // The first byte that is to come, which stays in the socket. Before TLS only.
    boost::asio::awaitable<std::uint8_t> peek();
    boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer into);
    boost::asio::awaitable<void> write(ByteSpan bytes);

    // The server's side of the handshake. `context` outlives the stream.
    boost::asio::awaitable<void> start_tls(const boost::asio::ssl::context& context);
    bool tls() const { return tls_.has_value(); }
    // The protocol chosen by ALPN; empty when the client sent none.
    std::string application_protocol();

    // Writes what is left to say and closes, leaving the peer the time to read it: a socket closed with unread input is
    // reset, and the peer may never see what was written last. Gives up after two seconds; throws nothing.
    boost::asio::awaitable<void> finish(ByteSpan last_words);
    void close();
    bool open() const { return socket_.is_open(); }

    // Takes the plain socket out of Asio's hands.
    UniqueFd release();

private:
    boost::asio::awaitable<void> write_and_drain(ByteSpan last_words);

    boost::asio::ip::tcp::socket socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

}  // namespace smew::pgfront
