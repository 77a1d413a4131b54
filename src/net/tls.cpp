#include "net/tls.hpp"

#include "net/openssl_handle.hpp"
#include "telemetry/log.hpp"

#include <openssl/ssl.h>

#include <array>
#include <ctime>
#include <string_view>
#include <sys/stat.h>

namespace smew::net {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// Each protocol behind its length, in the order of our preference (RFC 7301).
constexpr std::string_view kProtocols = "\x0apostgresql\x08http/1.1";

Error cannot_use(const std::string& file, const std::string& why) {
    return {sqlstate::kInvalidParameterValue, "cannot use TLS file \"" + file + "\": " + why};
}

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                    unsigned offered_length, void*) {
    unsigned char* chosen = nullptr;
    const auto* ours = reinterpret_cast<const unsigned char*>(kProtocols.data());
    const int found = SSL_select_next_proto(&chosen, out_length, ours, static_cast<unsigned>(kProtocols.size()),
                                            offered, offered_length);
    if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

ssl::context make_context() {
    ssl::context context(ssl::context::tls_server);
    SSL_CTX* native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Sessions are long and few: resumption saves nothing, and tickets would need keys that are rotated.
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(native, 0);
    SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
    return context;
}

void warn_of_readable_key(const std::string& key_file) {
    struct stat info {};
    if (::stat(key_file.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        log::warning("tls_key_open_to_others", {{"file", key_file}});
    }
}

// RFC 5929, section 4.1: the hash the certificate is signed with, SHA-256 in the place of MD5 and SHA-1.
const EVP_MD* binding_digest(X509* certificate) {
    int digest = NID_undef;
    if (X509_get_signature_info(certificate, &digest, nullptr, nullptr, nullptr) != 1) return nullptr;
    if (digest == NID_undef) return nullptr;
    if (digest == NID_md5 || digest == NID_sha1) digest = NID_sha256;
    return EVP_get_digestbynid(digest);
}

std::vector<std::uint8_t> channel_binding_of(X509* certificate) {
    const EVP_MD* digest = certificate == nullptr ? nullptr : binding_digest(certificate);
    if (digest == nullptr) return {};
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
    unsigned length = 0;
    if (X509_digest(certificate, digest, hash.data(), &length) != 1) return {};
    return {hash.begin(), hash.begin() + length};
}

WallTime expiry_of(X509* certificate) {
    tm until{};
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &until) != 1) return {};
    return WallTime(std::chrono::seconds(::timegm(&until)));
}

}  // namespace

Result<std::unique_ptr<Tls>> load_tls(const std::string& certificate_file, const std::string& key_file) {
    auto tls = std::make_unique<Tls>(Tls{make_context(), {}, {}});
    // An encrypted key would ask for its passphrase on the terminal.
    tls->context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });

    error_code failed;
    tls->context.use_certificate_chain_file(certificate_file, failed);
    if (failed) return cannot_use(certificate_file, failed.message());
    tls->context.use_private_key_file(key_file, ssl::context::pem, failed);
    if (failed) return cannot_use(key_file, failed.message());
    SSL_CTX* native = tls->context.native_handle();
    if (SSL_CTX_check_private_key(native) != 1) return cannot_use(key_file, openssl_error());

    warn_of_readable_key(key_file);
    tls->channel_binding = channel_binding_of(SSL_CTX_get0_certificate(native));
    tls->expires = expiry_of(SSL_CTX_get0_certificate(native));
    return tls;
}

}  // namespace smew::net
