#pragma once
// What waits to be sent to one client, and its bound. On the connection's strand.

#include "telemetry/metrics.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <string>

namespace smew::http::websocket {

class Outbox {
public:
    // Whoever has more to say than `limit` waits for room() first. `metrics` outlives it.
    Outbox(const boost::asio::any_io_executor& executor, telemetry::Metrics& metrics, std::size_t limit);
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    // Never waits: the little that is said without room() passes the limit. Nothing is taken after close().
    void push(std::string message);
    bool full() const { return bytes_ > limit_; }

    // Waits while it is full, `patience` at most; false when it still is.
    boost::asio::awaitable<bool> room(std::chrono::milliseconds patience);
    // The next message. nullopt: it is closed and empty. sent() when it is out.
    boost::asio::awaitable<std::optional<std::string>> next();
    void sent(const std::string& message);

    // No more is taken; what is there can still be sent.
    void close();
    // What is there is forgotten.
    void clear();

private:
    void count(std::int64_t change);

    telemetry::Metrics& metrics_;
    const std::size_t limit_;
    std::deque<std::string> messages_;
    std::size_t bytes_ = 0;  // with the one that is being sent
    bool closed_ = false;
    boost::asio::steady_timer filled_, drained_;  // cancelled when there is something, or less
};

}  // namespace smew::http::websocket
