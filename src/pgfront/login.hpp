#pragma once
// Proves who a client is and that it may come in. Nothing about a workspace, not even that it exists, is told before
// the right password: an unknown user takes the same messages and the same computation.

#include "auth/login_throttle.hpp"
#include "auth/scram.hpp"
#include "catalog/store.hpp"
#include "core/clock.hpp"
#include "core/secret.hpp"
#include "fleet/fleet.hpp"
#include "net/tls.hpp"
#include "pgfront/client.hpp"
#include "pgfront/negotiation.hpp"
#include "pgproto/backend.hpp"
#include "telemetry/events.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace smew::pgfront {

// What the front asks of the metadata store.
struct Directory {
    std::function<std::optional<catalog::Workspace>(std::string_view user)> workspace_by_user;  // also expired ones
    Secret mock_secret;  // of the instance: makes the verifiers of unknown users
};

struct LoggedIn {
    StartupRequest request;
    catalog::Workspace workspace;
    std::unique_ptr<fleet::Admission> admission;
    pgproto::Buffer proof;  // AuthenticationSASLFinal, still to be sent
};

struct Refusal {
    Error error;
    telemetry::ConnectionStatus status = telemetry::ConnectionStatus::kError;
    pgproto::Buffer before;  // to be sent before the error
};

// How a refusal is counted that has no more particular status.
telemetry::ConnectionStatus status_of(const Error& error);

class Login {
public:
    // All references outlive it; `tls` is null when the server has none.
    Login(const Directory& directory, auth::LoginThrottle& throttle, fleet::Fleet& fleet, const net::Tls* tls,
          telemetry::Metrics& metrics, telemetry::Events& events, const Clock& clock)
        : directory_(directory),
          throttle_(throttle),
          fleet_(fleet),
          tls_(tls),
          metrics_(metrics),
          events_(events),
          clock_(clock) {}

    using Outcome = boost::system::result<LoggedIn, Refusal>;
    boost::asio::awaitable<Outcome> run(Client& client, StartupRequest request) const;

private:
    auth::ScramServer scram_for(const Client& client, std::string_view user,
                                const std::optional<catalog::Workspace>& workspace) const;
    boost::asio::awaitable<Result<std::string>> exchange(Client& client, const StartupRequest& request,
                                                         auth::ScramServer scram) const;
    boost::asio::awaitable<Refusal> failed(const Client& client, std::string_view user, Error error) const;
    Outcome let_in(StartupRequest request, catalog::Workspace workspace, pgproto::Buffer proof) const;

    const Directory& directory_;
    auth::LoginThrottle& throttle_;
    fleet::Fleet& fleet_;
    const net::Tls* tls_;
    telemetry::Metrics& metrics_;
    telemetry::Events& events_;
    const Clock& clock_;
};

}  // namespace smew::pgfront
