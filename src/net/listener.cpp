#include "net/listener.hpp"

#include "net/address.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace smew::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 1024;
constexpr auto kPause = std::chrono::milliseconds(100);

error_code bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
    error_code failed;
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(kBacklog, failed);
    return failed;
}

// The client gave up between connecting and being accepted, or a signal came: nothing is wrong with the listener.
bool passes_by_itself(const error_code& failed) {
    return failed == asio::error::connection_aborted || failed == asio::error::interrupted;
}

bool is_closed(const error_code& failed) {
    return failed == asio::error::operation_aborted || failed == asio::error::bad_descriptor;
}

// `io` outlives the coroutine, as it runs on it.
template <class Acceptor>
asio::awaitable<void> accept_all(asio::io_context* io, std::shared_ptr<Acceptor> acceptor, std::string address,
                                 std::function<void(tcp::socket)> accepted) {
    asio::steady_timer pause(acceptor->get_executor());
    while (acceptor->is_open()) {
        auto [failed, socket] =
            co_await acceptor->async_accept(asio::make_strand(*io), asio::as_tuple(asio::use_awaitable));
        if (!failed) {
            error_code ignored;  // the peer may be gone already; reading will tell
            socket.set_option(tcp::no_delay(true), ignored);
            accepted(std::move(socket));
        } else if (is_closed(failed)) {
            co_return;
        } else if (!passes_by_itself(failed)) {
            // Out of descriptors or memory, most likely. The connection stays in the backlog until some are free.
            log::error("accept_failed", {{"address", address}, {"reason", failed.message()}});
            pause.expires_after(kPause);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
}

}  // namespace

Result<Listener> Listener::open(asio::io_context& io, const std::string& address) {
    const auto endpoint = parse_listen_address(address);
    if (!endpoint) return endpoint.error();
    auto acceptor = std::make_shared<Acceptor>(asio::make_strand(io));
    if (const error_code failed = bind(*acceptor, *endpoint)) {
        return Error{sqlstate::kSystemError, "cannot listen on " + to_text(*endpoint) + ": " + failed.message(), "",
                     "Is another program using the port? Port 0 takes a free one."};
    }
    return Listener(io, acceptor, to_text(acceptor->local_endpoint()));
}

// Not a coroutine itself: the frame then holds what it needs, and may outlive the listener that was closed.
asio::awaitable<void> Listener::run(std::function<void(tcp::socket)> accepted) {
    return accept_all(io_, acceptor_, address_, std::move(accepted));
}

void Listener::close() {
    asio::post(acceptor_->get_executor(), [acceptor = acceptor_] {
        error_code ignored;
        acceptor->close(ignored);
    });
}

}  // namespace smew::net
