#include "pgfront/client_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancel_after.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace smew::pgfront {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kFinishLimit = std::chrono::seconds(2);
constexpr std::size_t kMostDrained = 1 << 20;

}  // namespace

asio::awaitable<std::uint8_t> ClientStream::peek() {
    std::uint8_t first = 0;
    const auto into = asio::buffer(&first, 1);
    co_await socket_.async_receive(into, asio::socket_base::message_peek, asio::use_awaitable);
    co_return first;
}

asio::awaitable<std::size_t> ClientStream::read_some(asio::mutable_buffer into) {
    if (tls_) co_return co_await tls_->async_read_some(into, asio::use_awaitable);
    co_return co_await socket_.async_read_some(into, asio::use_awaitable);
}

asio::awaitable<void> ClientStream::write(ByteSpan bytes) {
    const auto from = asio::buffer(bytes.data(), bytes.size());
    if (tls_) {
        co_await asio::async_write(*tls_, from, asio::use_awaitable);
    } else {
        co_await asio::async_write(socket_, from, asio::use_awaitable);
    }
}

asio::awaitable<void> ClientStream::start_tls(const asio::ssl::context& context) {
    // Asio wants it mutable and changes nothing but its count of references.
    tls_.emplace(socket_, const_cast<asio::ssl::context&>(context));
    co_await tls_->async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
}

std::string ClientStream::application_protocol() {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    if (tls_) SSL_get0_alpn_selected(tls_->native_handle(), &name, &length);
    return {reinterpret_cast<const char*>(name), length};
}

asio::awaitable<void> ClientStream::write_and_drain(ByteSpan last_words) {
    co_await write(last_words);
    if (tls_) {
        co_await tls_->async_shutdown(asio::use_awaitable);
        co_return;
    }
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send);
    std::array<std::uint8_t, 4096> ignored{};
    for (std::size_t drained = 0; drained < kMostDrained;) {
        drained += co_await socket_.async_read_some(asio::buffer(ignored), asio::use_awaitable);
    }
}

asio::awaitable<void> ClientStream::finish(ByteSpan last_words) {
    const auto limited = asio::cancel_after(kFinishLimit, asio::as_tuple(asio::use_awaitable));
    co_await asio::co_spawn(executor(), write_and_drain(last_words), limited);
    close();
}

void ClientStream::close() {
    error_code ignored;
    socket_.close(ignored);
}

UniqueFd ClientStream::release() {
    return UniqueFd(socket_.release());
}

}  // namespace smew::pgfront
