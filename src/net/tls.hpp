#pragma once
// The server's certificate and TLS context, for the PostgreSQL and the HTTP listener. TLS 1.2 and newer.

#include "core/error.hpp"

#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace smew::net {

struct Tls {
    boost::asio::ssl::context context;
    // Hash of the certificate for channel binding "tls-server-end-point" (RFC 5929).
    std::vector<std::uint8_t> channel_binding;
};

// Loads certificate chain and key (PEM). Error names the file and what is wrong with it.
Result<std::unique_ptr<Tls>> load_tls(const std::string& certificate_file, const std::string& key_file);
// Makes a self-signed certificate (P-256, localhost and the machine's name, 825 days) in `dir` unless one is there.
Result<std::unique_ptr<Tls>> self_signed_tls(const std::string& dir);

}  // namespace smew::net
