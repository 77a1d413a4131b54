#pragma once
// The client's end of a TCP connection, plain or under TLS. Reports failures as error codes: a lost connection is a
// result of a load test, not an exception.

#include "core/bytes.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <string>

namespace smew::load {

using Endpoints = boost::asio::ip::tcp::resolver::results_type;

class SocketStream {
public:
    explicit SocketStream(boost::asio::any_io_executor executor) : socket_(std::move(executor)) {}

    boost::asio::awaitable<boost::system::error_code> connect(const Endpoints& endpoints);
    // The client's side of the handshake. `context` outlives the stream; `host` is sent as the name wanted (SNI).
    boost::asio::awaitable<boost::system::error_code> start_tls(boost::asio::ssl::context& context,
                                                                const std::string& host);
    boost::asio::awaitable<boost::system::error_code> write(ByteSpan bytes);
    // What has come, at least one byte; 0 with an error.
    boost::asio::awaitable<std::size_t> read_some(std::span<std::uint8_t> into, boost::system::error_code& error);

    // Ends what is pending with operation_aborted.
    void close();
    bool is_open() const { return socket_.is_open(); }

private:
    boost::asio::ip::tcp::socket socket_;
    // Made anew with each connection: a TLS stream cannot be used twice.
    std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

}  // namespace smew::load
