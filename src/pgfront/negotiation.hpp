#pragma once
// The beginning of a connection: encryption, and the startup packet. Source: PostgreSQL 17 documentation, 53.2.1 to
// 53.2.12 (message flow: start-up, cancelling, SSL and GSSAPI session encryption).

#include "config/settings.hpp"
#include "core/error.hpp"
#include "fleet/fleet.hpp"
#include "net/tls.hpp"
#include "pgfront/client.hpp"
#include "pgproto/frontend.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smew::pgfront {

// What a client asks for in its StartupMessage.
struct StartupRequest {
    std::uint16_t minor = 0;                   // of the protocol, as negotiated: 0 to 2
    bool negotiated = false;                   // the client asked for something else and has to be told
    std::vector<std::string> unknown_options;  // "_pq_.…" parameters
    std::vector<std::pair<std::string, std::string>> parameters;  // without those
    std::string user;
    std::string database;  // empty: not named

    std::string parameter(std::string_view name) const;
};

// Encryption may be asked for once of each kind.
struct Asked {
    bool ssl = false;
    bool gss = false;
};

class Negotiation {
public:
    // All references outlive it; `tls` is null when the server has none.
    Negotiation(config::TlsMode mode, const net::Tls* tls, fleet::Fleet& fleet)
        : mode_(mode), tls_(tls), fleet_(fleet) {}

    // nullopt: the connection has served its purpose, or is not worth an answer; close it.
    boost::asio::awaitable<Result<std::optional<StartupRequest>>> run(Client& client) const;

private:
    // False: nothing more to do.
    boost::asio::awaitable<bool> start_direct_tls(Client& client) const;
    boost::asio::awaitable<Result<bool>> answer_ssl_request(Client& client) const;
    boost::asio::awaitable<Result<bool>> answer_encryption_request(Client& client, bool ssl, Asked& asked) const;
    Result<StartupRequest> accept(const Client& client, const pgproto::StartupMessage& startup) const;
    bool offers_tls() const { return tls_ != nullptr && mode_ != config::TlsMode::kOff; }

    config::TlsMode mode_;
    const net::Tls* tls_;
    fleet::Fleet& fleet_;
};

// The request inside a StartupMessage. Error 28000 without a user.
Result<StartupRequest> read_request(const pgproto::StartupMessage& startup);

}  // namespace smew::pgfront
