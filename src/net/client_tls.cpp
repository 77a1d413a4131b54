#include "net/client_tls.hpp"

#include <boost/asio/ssl/host_name_verification.hpp>
#include <openssl/ssl.h>

namespace smew::net {

namespace ssl = boost::asio::ssl;

Result<std::unique_ptr<ssl::context>> client_tls(const ClientTls& terms) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    if (!terms.verify) return context;
    boost::system::error_code failed;
    if (terms.root_certificate.empty()) {
        context->set_default_verify_paths(failed);
    } else {
        context->load_verify_file(terms.root_certificate, failed);
    }
    if (failed) {
        return Error{sqlstate::kInvalidParameterValue,
                     "cannot use the root certificates \"" + terms.root_certificate + "\": " + failed.message()};
    }
    context->set_verify_mode(ssl::verify_peer);
    context->set_verify_callback(ssl::host_name_verification(terms.host));
    return context;
}

}  // namespace smew::net
