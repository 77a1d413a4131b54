#pragma once
// Accepts TCP connections. Bound from its making on; run() accepts until close() or until its task is cancelled.

#include "core/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>

namespace smew::net {

class Listener {
public:
    // Binds with SO_REUSEADDR and a backlog of 1024. Error 58000 names the address and what the system said.
    static Result<Listener> open(boost::asio::io_context& io, const std::string& address);

    // "127.0.0.1:5432", with the port really bound.
    const std::string& address() const { return address_; }

    // Each socket has TCP_NODELAY set and a strand of its own. `accepted` is called on the listener's strand and must
    // not wait. When descriptors or memory are out, it waits and goes on. Spawn it on executor().
    boost::asio::awaitable<void> run(std::function<void(boost::asio::ip::tcp::socket)> accepted);
    boost::asio::any_io_executor executor() { return acceptor_->get_executor(); }

    // From any thread. New connections are refused from then on, and run() returns.
    void close();

private:
    using Acceptor = boost::asio::ip::tcp::acceptor;
    Listener(boost::asio::io_context& io, std::shared_ptr<Acceptor> acceptor, std::string address)
        : io_(&io), acceptor_(std::move(acceptor)), address_(std::move(address)) {}

    boost::asio::io_context* io_;
    std::shared_ptr<Acceptor> acceptor_;  // shared with a close() under way and with run()
    std::string address_;
};

}  // namespace smew::net
