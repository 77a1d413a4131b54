#pragma once
// The server's certificate and TLS context, for the PostgreSQL and the HTTP listener. TLS 1.2 and newer. A client that
// sends ALPN must offer "postgresql" or "http/1.1"; each listener has to check that it is its own that was chosen.

#include "core/clock.hpp"
#include "core/error.hpp"

#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace smew::net {

struct Tls {
    boost::asio::ssl::context context;
    // Hash of the certificate for channel binding "tls-server-end-point" (RFC 5929); empty for a kind of signature that
    // it does not define one for, as Ed25519.
    std::vector<std::uint8_t> channel_binding;
    WallTime expires{};  // the certificate
};

// Loads certificate chain and key (PEM). Error names the file and what is wrong with it.
Result<std::unique_ptr<Tls>> load_tls(const std::string& certificate_file, const std::string& key_file);
// Loads dir/server.crt and dir/server.key. Makes them (self-signed, P-256, localhost and the machine's name, 825 days)
// unless they are there and not out of date.
Result<std::unique_ptr<Tls>> self_signed_tls(const std::string& dir);

}  // namespace smew::net
