#pragma once
// Notices that a client closed its connection while nothing is read from or written to it.

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>

namespace smew::http {

class DepartureWatch {
public:
    // `gone` is called on the socket's executor, at most once, and never after the watch's end. The socket outlives the
    // watch; reads and writes go on beside it.
    DepartureWatch(boost::asio::ip::tcp::socket& socket, std::function<void()> gone);
    ~DepartureWatch();
    DepartureWatch(const DepartureWatch&) = delete;
    DepartureWatch& operator=(const DepartureWatch&) = delete;

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the wait under way
};

}  // namespace smew::http
