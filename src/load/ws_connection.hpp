#pragma once
// A WebSocket client's connection, on one executor. Reads all the time, so that pings are answered and the server's
// close is noticed while the user thinks.

#include "core/clock.hpp"
#include "core/error.hpp"
#include "load/socket_stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace smew::load {

// What all users share. Outlives their connections.
struct WsServer {
    std::string host, port, target;  // target with its query: "/api/v1/pam"
    std::vector<std::pair<std::string, std::string>> headers;
    std::string subprotocol;
    bool deflate = false;
    std::uint64_t most_message_bytes = 64 << 20;
    Endpoints endpoints;
    std::unique_ptr<boost::asio::ssl::context> tls;  // null: ws://

    std::string address() const;
};
// "ws://host:port/path" or "wss://…". Looks the host up, which may wait. Error 22023 or 08000.
Result<WsServer> find_ws_server(const std::string& url, bool verify);

// How long each part of connecting took.
struct WsConnectTimes {
    std::uint64_t tcp_us = 0, tls_us = 0, upgrade_us = 0;
};

class WsConnection {
public:
    WsConnection(boost::asio::any_io_executor executor, WsServer& server);
    ~WsConnection();

    boost::asio::awaitable<Result<WsConnectTimes>> connect();
    // Sends a text message.
    boost::asio::awaitable<Result<void>> send(const std::string& text);
    // The next message that has come or comes. Error 08006 with the close code when the connection ends.
    boost::asio::awaitable<Result<std::string>> receive();
    // What came while nobody waited: pushes of the server. Counts and drops them.
    std::size_t drop_pushes();

    bool connected() const;
    boost::asio::awaitable<void> close();
    void abort();
    // The server's close code, 0 when there was none.
    unsigned close_code() const;

private:
    struct Stream;
    std::shared_ptr<Stream> stream_;  // shared with its reading coroutine, which outlives a connection that was lost
    boost::asio::any_io_executor executor_;
    WsServer& server_;
};

}  // namespace smew::load
