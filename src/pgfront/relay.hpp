#pragma once
// Carries a TLS client's session to its worker and back: decrypted bytes through one end of a socket pair. Backpressure
// is that of the sockets: nothing is read that was not written on.

#include "core/error.hpp"
#include "net/task_group.hpp"
#include "pgfront/client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace smew::pgfront {

// Everything happens on the client's strand.
class Relay : public std::enable_shared_from_this<Relay> {
public:
    // `worker`: our end of the pair.
    Relay(std::unique_ptr<Client> client, boost::asio::local::stream_protocol::socket worker);

    // For a relay that was not started.
    std::unique_ptr<Client> take_client() { return std::move(client_); }
    // Both directions, as tasks of `tasks`, which keep the relay alive.
    void start(net::TaskGroup& tasks);
    // What the fleet says about the session's end. From any thread.
    void session_ended(std::optional<Error> error);

private:
    static boost::asio::awaitable<void> from_client(std::shared_ptr<Relay> self);
    static boost::asio::awaitable<void> from_worker(std::shared_ptr<Relay> self);
    boost::asio::awaitable<bool> copy_to_client();
    boost::asio::awaitable<void> finish();
    void close();

    std::unique_ptr<Client> client_;
    boost::asio::local::stream_protocol::socket worker_;
    boost::asio::steady_timer ended_;  // expires when the fleet has spoken
    std::optional<Error> error_;
};

}  // namespace smew::pgfront
