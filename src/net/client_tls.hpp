#pragma once
// TLS for those who connect to servers: the load tester.

#include "core/error.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace smew::net {

struct ClientTls {
    bool verify = false;           // the certificate's chain and the host's name
    std::string host;              // the name to be in the certificate
    std::string root_certificate;  // PEM file; empty: the system's
};

// TLS 1.2 and newer. Error 22023 names a file that cannot be read.
Result<std::unique_ptr<boost::asio::ssl::context>> client_tls(const ClientTls& terms);

}  // namespace smew::net
