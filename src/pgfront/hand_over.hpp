#pragma once
// Gives a logged-in client to its workspace's worker: its socket itself, or under TLS one end of a relay.

#include "fleet/fleet.hpp"
#include "link/messages.hpp"
#include "net/task_group.hpp"
#include "pgfront/client.hpp"
#include "pgfront/login.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>

namespace smew::pgfront {

class HandOver {
public:
    // All references outlive it, and the relays it starts. `pool` runs the hand-overs that have to start a process.
    HandOver(fleet::Fleet& fleet, telemetry::Metrics& metrics, net::TaskGroup& relays, boost::asio::thread_pool& pool)
        : fleet_(fleet), metrics_(metrics), relays_(relays), pool_(pool) {}

    // Writes nothing itself and cannot be cancelled. When it fails and `client` still has its socket (always under
    // TLS), telling it why is left to the caller; without a socket it has been told.
    boost::asio::awaitable<Result<void>> run(std::unique_ptr<Client>& client, LoggedIn login) const;

private:
    struct Offer;
    boost::asio::awaitable<Result<void>> run_plain(Client& client, Offer offer) const;
    boost::asio::awaitable<Result<void>> run_relayed(std::unique_ptr<Client>& client, Offer offer) const;
    boost::asio::awaitable<Result<void>> adopt(Offer offer) const;
    link::AdoptSession describe(Client& client, const LoggedIn& login) const;

    fleet::Fleet& fleet_;
    telemetry::Metrics& metrics_;
    net::TaskGroup& relays_;
    boost::asio::thread_pool& pool_;
};

}  // namespace smew::pgfront
