#pragma once
// One client's connection: its requests one after another, each read, admitted, handled and answered.

#include "http/context.hpp"
#include "http/dispatch.hpp"
#include "http/lanes.hpp"
#include "net/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace smew::http {

namespace websocket {
class Door;
}

// What all connections share. Outlives them.
struct Desk {
    Context& context;
    Dispatcher& dispatcher;
    Lanes& lanes;
    websocket::Door& door;
};

class Connection {
public:
    virtual ~Connection() = default;
    // Until the peer leaves, a deadline passes, it is told to end or it is cancelled. Runs on the socket's executor.
    virtual boost::asio::awaitable<void> run() = 0;
    // From any thread: no further request is read; one under way is answered.
    virtual void end_when_idle() = 0;
};

// `socket` belongs to a strand. `tls`: null for plain HTTP.
std::shared_ptr<Connection> make_connection(Desk desk, boost::asio::ip::tcp::socket socket, const net::Tls* tls);

}  // namespace smew::http
