#include "pgfront/relay.hpp"

#include "pgproto/backend.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <vector>

namespace smew::pgfront {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using boost::system::system_error;

constexpr std::size_t kToClientBytes = 64 << 10;
constexpr std::size_t kToWorkerBytes = 16 << 10;  // a TLS record: reading gives no more at once
// From a worker's end of stream to the fleet's word on why: the fleet reaps a lost process first.
constexpr auto kLongestDoubt = std::chrono::seconds(5);

}  // namespace

Relay::Relay(std::unique_ptr<Client> client, asio::local::stream_protocol::socket worker)
    : client_(std::move(client)), worker_(std::move(worker)), ended_(worker_.get_executor()) {
    ended_.expires_at(asio::steady_timer::time_point::max());
}

void Relay::start(net::TaskGroup& tasks) {
    tasks.spawn(worker_.get_executor(), from_client(shared_from_this()));
    tasks.spawn(worker_.get_executor(), from_worker(shared_from_this()));
}

void Relay::session_ended(std::optional<Error> error) {
    asio::post(worker_.get_executor(), [self = shared_from_this(), error = std::move(error)] {
        self->error_ = error;
        self->ended_.expires_at(asio::steady_timer::time_point::min());
    });
}

asio::awaitable<void> Relay::from_client(std::shared_ptr<Relay> self) {
    std::vector<std::uint8_t> buffer(kToWorkerBytes);
    try {
        for (;;) {
            const std::size_t got = co_await self->client_->stream.read_some(asio::buffer(buffer));
            co_await asio::async_write(self->worker_, asio::buffer(buffer.data(), got), asio::use_awaitable);
        }
    } catch (const system_error&) {
        // The client has no more to say, or is gone, or the worker is: the other direction will find out which.
    }
    error_code ignored;
    self->worker_.shutdown(asio::socket_base::shutdown_send, ignored);
}

// Returns true when the worker has said everything, false when the client does not take it.
asio::awaitable<bool> Relay::copy_to_client() {
    std::vector<std::uint8_t> buffer(kToClientBytes);
    for (;;) {
        const auto [failed, got] =
            co_await worker_.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
        if (failed) co_return failed != asio::error::operation_aborted;
        co_await client_->stream.write({buffer.data(), got});
    }
}

asio::awaitable<void> Relay::finish() {
    worker_.close();  // the fleet may wait for it
    if (ended_.expiry() == asio::steady_timer::time_point::max()) ended_.expires_after(kLongestDoubt);
    co_await ended_.async_wait(asio::as_tuple(asio::use_awaitable));
    pgproto::Buffer last_words;
    if (error_) pgproto::write_error(last_words, pgproto::Severity::kFatal, *error_);
    co_await client_->stream.finish(last_words);
}

asio::awaitable<void> Relay::from_worker(std::shared_ptr<Relay> self) {
    try {
        const bool all_said = co_await self->copy_to_client();
        if (all_said) co_await self->finish();
    } catch (const system_error&) {
        // The client is gone, or the relay is cancelled.
    }
    self->close();
}

void Relay::close() {
    error_code ignored;
    worker_.close(ignored);
    client_->stream.close();
}

}  // namespace smew::pgfront
