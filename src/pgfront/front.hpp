#pragma once
// The PostgreSQL front of the gateway: accepts, negotiates TLS, reads the startup packet, logs in by SCRAM, finds the
// workspace, and hands the socket to its worker; under TLS it relays. Answers CancelRequest. Runs on the io_context.

#include "auth/login_throttle.hpp"
#include "catalog/store.hpp"
#include "config/settings.hpp"
#include "fleet/fleet.hpp"
#include "net/tls.hpp"
#include "telemetry/events.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>

namespace smew::pgfront {

class Front {
public:
    // Binds at once (throws ErrorException when it cannot); accepts from start() on. All references outlive it.
    // `admin`: the database of smew itself, with the user who may read it; nullopt: nobody may.
    static std::unique_ptr<Front> create(boost::asio::io_context& io, const config::Settings& settings,
                                         const net::Tls* tls, catalog::Store& store, fleet::Fleet& fleet,
                                         auth::LoginThrottle& throttle, telemetry::Metrics& metrics,
                                         telemetry::Events& events, const Clock& clock,
                                         std::optional<catalog::Workspace> admin = std::nullopt);
    virtual ~Front() = default;
    virtual void start() = 0;
    virtual std::string address() const = 0;  // "127.0.0.1:5432", with the port really bound
    // Stops accepting; ends logins under way with 57P01; relays go on until their session ends.
    virtual void stop_accepting() = 0;
    // Closes what is left and waits for it; the io_context must still run, on other threads than the caller's.
    virtual void stop() = 0;
};

}  // namespace smew::pgfront
