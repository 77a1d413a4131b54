#include "core/fd.hpp"
#include "core/random.hpp"
#include "net/openssl_handle.hpp"
#include "net/tls.hpp"
#include "telemetry/log.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace smew::net {
namespace {

namespace fs = std::filesystem;

// What browsers and Apple's systems accept at most.
constexpr long kValidSeconds = 825L * 24 * 3600;
constexpr long kClockSkewSeconds = 3600;

// These fail only when memory is out or the library is broken.
void require(bool done, std::string_view what) {
    if (done) return;
    const std::string message = std::string("cannot make a certificate: ").append(what) + ": " + openssl_error();
    throw ErrorException({sqlstate::kSystemError, message});
}

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "";
    return name.data();
}

// A host name becomes part of a configuration text, so only what DNS allows may pass.
bool is_dns_name(std::string_view name) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string alternative_names() {
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    const std::string host = host_name();
    if (is_dns_name(host) && host != "localhost") names += ",DNS:" + host;
    return names;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    require(extension != nullptr, value);
    require(X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

void set_serial_number(X509* certificate) {
    std::uint64_t serial = 0;
    fill_random({reinterpret_cast<std::uint8_t*>(&serial), sizeof serial});
    require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1, "serial number");
}

void set_names(X509* certificate) {
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>("localhost");
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1, "subject");
    require(X509_set_issuer_name(certificate, name) == 1, "issuer");
}

Certificate make_certificate(EVP_PKEY* key) {
    Certificate certificate(X509_new());
    require(certificate != nullptr, "X509_new");
    X509* made = certificate.get();
    require(X509_set_version(made, X509_VERSION_3) == 1, "version");
    set_serial_number(made);
    require(X509_gmtime_adj(X509_getm_notBefore(made), -kClockSkewSeconds) != nullptr, "validity");
    require(X509_gmtime_adj(X509_getm_notAfter(made), kValidSeconds - kClockSkewSeconds) != nullptr, "validity");
    set_names(made);
    require(X509_set_pubkey(made, key) == 1, "public key");
    add_extension(made, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(made, NID_key_usage, "critical,digitalSignature");
    add_extension(made, NID_ext_key_usage, "serverAuth");
    add_extension(made, NID_subject_alt_name, alternative_names());
    require(X509_sign(made, key, EVP_sha256()) > 0, "signature");
    return certificate;
}

template <class Write>
std::string pem_text(Write write) {
    const MemoryBio bio(BIO_new(BIO_s_mem()));
    require(bio != nullptr && write(bio.get()) == 1, "PEM");
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

[[noreturn]] void fail_to_write(const std::string& file) {
    throw ErrorException(
        {sqlstate::kIoError, "cannot write \"" + file + "\": " + std::system_category().message(errno)});
}

// Under a temporary name first: a half-written key must not be found at the next start.
void write_file(const std::string& file, std::string_view text, mode_t mode) {
    const std::string temporary = file + ".new";
    ::unlink(temporary.c_str());
    const UniqueFd out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!out) fail_to_write(temporary);
    while (!text.empty()) {
        const ssize_t written = ::write(out.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail_to_write(temporary);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(out.get()) != 0 || std::rename(temporary.c_str(), file.c_str()) != 0) fail_to_write(file);
}

void make_files(const std::string& certificate_file, const std::string& key_file) {
    const PrivateKey key(EVP_EC_gen("P-256"));
    require(key != nullptr, "P-256 key");
    const Certificate certificate = make_certificate(key.get());
    const auto write_key = [&](BIO* bio) {
        return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    };
    const auto write_certificate = [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); };
    write_file(key_file, pem_text(write_key), S_IRUSR | S_IWUSR);
    write_file(certificate_file, pem_text(write_certificate), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    log::info("tls_certificate_made", {{"file", certificate_file}});
}

// True for what can be read and is out of date; what cannot be read is for load_tls to complain of.
bool has_expired(const std::string& certificate_file) {
    const MemoryBio bio(BIO_new_file(certificate_file.c_str(), "r"));
    if (bio == nullptr) return false;
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return certificate != nullptr && X509_cmp_current_time(X509_get0_notAfter(certificate.get())) < 0;
}

}  // namespace

Result<std::unique_ptr<Tls>> self_signed_tls(const std::string& dir) {
    const std::string certificate_file = dir + "/server.crt";
    const std::string key_file = dir + "/server.key";
    try {
        if (fs::create_directories(dir)) fs::permissions(dir, fs::perms::owner_all);
        const bool there = fs::exists(certificate_file) && fs::exists(key_file);
        if (!there || has_expired(certificate_file)) make_files(certificate_file, key_file);
    } catch (const ErrorException& failure) {
        return failure.error();
    } catch (const fs::filesystem_error& failure) {
        return Error{sqlstate::kIoError, std::string("cannot make \"") + dir + "\": " + failure.code().message()};
    }
    return load_tls(certificate_file, key_file);
}

}  // namespace smew::net
