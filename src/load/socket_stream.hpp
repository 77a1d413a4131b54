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
#include <tuple>

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
    // Sends what the kernel takes at once, and says how much that is: nothing under TLS, or when the connection is
    // gone, of which write() then tells. Saves what a small request costs that waits in the reactor's queue.
    std::size_t write_now(ByteSpan bytes);
    // What has come, at least one byte; 0 with an error.
    using Arrival = std::tuple<boost::system::error_code, std::size_t>;
    boost::asio::awaitable<Arrival> read_some(std::span<std::uint8_t> into);

    // Ends what is pending with operation_aborted.
    void close();
    bool is_open() const { return socket_.is_open(); }

private:
    boost::asio::ip::tcp::socket socket_;
    // Made anew with each connection: a TLS stream cannot be used twice.
    std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

}  // namespace smew::load
