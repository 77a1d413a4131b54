#include "load/socket_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace smew::load {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
}

asio::awaitable<error_code> SocketStream::connect(const Endpoints& endpoints) {
    close();
    tls_.reset();
    const auto [error, endpoint] = co_await asio::async_connect(socket_, endpoints, kAsTuple);
    if (error) co_return error;
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    co_return error_code();
}

asio::awaitable<error_code> SocketStream::start_tls(asio::ssl::context& context, const std::string& host) {
    tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket_, context);
    SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str());
    const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kAsTuple);
    co_return error;
}

asio::awaitable<error_code> SocketStream::write(ByteSpan bytes) {
    const auto from = asio::buffer(bytes.data(), bytes.size());
    if (tls_) {
        const auto [error, size] = co_await asio::async_write(*tls_, from, kAsTuple);
        co_return error;
    }
    const auto [error, size] = co_await asio::async_write(socket_, from, kAsTuple);
    co_return error;
}

std::size_t SocketStream::write_now(ByteSpan bytes) {
    if (tls_) return 0;
    error_code error;
    return socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
}

asio::awaitable<SocketStream::Arrival> SocketStream::read_some(std::span<std::uint8_t> into) {
    const auto buffer = asio::buffer(into.data(), into.size());
    if (tls_) return tls_->async_read_some(buffer, kAsTuple);
    return socket_.async_read_some(buffer, kAsTuple);
}

void SocketStream::close() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace smew::load
