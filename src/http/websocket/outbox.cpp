#include "http/websocket/outbox.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // see http_connection.hpp
#endif

namespace smew::http::websocket {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

Outbox::Outbox(const asio::any_io_executor& executor, telemetry::Metrics& metrics, std::size_t limit)
    : metrics_(metrics), limit_(limit), filled_(executor), drained_(executor) {}

Outbox::~Outbox() {
    count(-static_cast<std::int64_t>(bytes_));
}

void Outbox::count(std::int64_t change) {
    bytes_ = static_cast<std::size_t>(static_cast<std::int64_t>(bytes_) + change);
    if (change != 0) metrics_.websocket_queued(change);
}

void Outbox::push(std::string message) {
    if (closed_) return;
    count(static_cast<std::int64_t>(message.size()));
    messages_.push_back(std::move(message));
    filled_.cancel();
}

asio::awaitable<bool> Outbox::room(std::chrono::milliseconds patience) {
    const auto deadline = steady_clock::now() + patience;
    while (full() && !closed_ && steady_clock::now() < deadline) {
        drained_.expires_at(deadline);
        (void)co_await drained_.async_wait(kTuple);
    }
    co_return !full() || closed_;
}

asio::awaitable<std::optional<std::string>> Outbox::next() {
    while (messages_.empty() && !closed_) {
        filled_.expires_at(steady_clock::time_point::max());
        (void)co_await filled_.async_wait(kTuple);
    }
    if (messages_.empty()) co_return std::nullopt;
    std::string first = std::move(messages_.front());
    messages_.pop_front();
    co_return first;
}

void Outbox::sent(const std::string& message) {
    count(-static_cast<std::int64_t>(message.size()));
    metrics_.websocket_sent(1, message.size());
    if (!full()) drained_.cancel();
}

void Outbox::close() {
    closed_ = true;
    filled_.cancel();
    drained_.cancel();
}

void Outbox::clear() {
    for (const std::string& message : messages_) count(-static_cast<std::int64_t>(message.size()));
    messages_.clear();
}

}  // namespace smew::http::websocket
