#include "http/departure_watch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <poll.h>

namespace smew::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// With unread bytes in it a socket is readable all the time: then it is looked at now and then.
constexpr std::chrono::milliseconds kLookEvery{250};

bool closed_by_peer(asio::ip::tcp::socket& socket) {
    pollfd descriptor{.fd = socket.native_handle(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&descriptor, 1, 0) > 0 && (descriptor.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace

struct DepartureWatch::State : std::enable_shared_from_this<State> {
    State(asio::ip::tcp::socket& its_socket, std::function<void()> its_gone)
        : socket(its_socket), gone(std::move(its_gone)), timer(its_socket.get_executor()) {}

    void begin() {
        socket.async_wait(
            asio::ip::tcp::socket::wait_read,
            asio::bind_cancellation_slot(signal.slot(), [self = shared_from_this()](const error_code& error) {
                if (!error) self->look();
            }));
    }

    // The bytes may be the next request, or TLS saying good-bye, which the end of the stream follows.
    void look() {
        if (over) return;
        if (closed_by_peer(socket)) {
            over = true;
            gone();
            return;
        }
        timer.expires_after(kLookEvery);
        timer.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error) self->look();
        });
    }

    void end() {
        over = true;
        timer.cancel();
        signal.emit(asio::cancellation_type::all);
    }

    asio::ip::tcp::socket& socket;
    std::function<void()> gone;
    bool over = false;
    asio::steady_timer timer;
    asio::cancellation_signal signal;
};

DepartureWatch::DepartureWatch(asio::ip::tcp::socket& socket, std::function<void()> gone)
    : state_(std::make_shared<State>(socket, std::move(gone))) {
    state_->begin();
}

DepartureWatch::~DepartureWatch() {
    state_->end();
}

}  // namespace smew::http
