#include "net/tls.hpp"

#include "net/openssl_handle.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>

namespace smew::net {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;

class TlsTest : public testing::Test {
protected:
    TlsTest() {
        std::string pattern = (fs::temp_directory_path() / "smew-tls-XXXXXX").string();
        dir_ = ::mkdtemp(pattern.data());
    }
    ~TlsTest() override { fs::remove_all(dir_); }

    std::string file(std::string_view name) const { return dir_ + "/" + std::string(name); }
    void write(std::string_view name, std::string_view text) const { std::ofstream(file(name)) << text; }
    std::string read(std::string_view name) const {
        std::ifstream in(file(name));
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::string dir_;
};

struct Handshake {
    boost::system::error_code client, server;
    std::string protocol;  // ALPN
    std::vector<std::uint8_t> certificate_sha256;
};

std::vector<std::uint8_t> certificate_hash(SSL* session) {
    const Certificate certificate(SSL_get1_peer_certificate(session));
    std::vector<std::uint8_t> hash(32);
    unsigned length = 0;
    if (certificate) X509_digest(certificate.get(), EVP_sha256(), hash.data(), &length);
    return hash;
}

// A handshake over loopback. `alpn`: protocols behind their lengths.
Handshake shake_hands(Tls& server_tls, ssl::context& client_context, const std::string& alpn) {
    asio::io_context io;
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    Handshake result;
    std::thread server([&] {
        ssl::stream<tcp::socket> stream(acceptor.accept(), server_tls.context);
        stream.handshake(ssl::stream_base::server, result.server);
    });
    ssl::stream<tcp::socket> stream(io, client_context);
    stream.next_layer().connect(acceptor.local_endpoint());
    SSL* session = stream.native_handle();
    SSL_set_alpn_protos(session, reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
    stream.handshake(ssl::stream_base::client, result.client);
    server.join();
    const unsigned char* chosen = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(session, &chosen, &length);
    result.protocol.assign(reinterpret_cast<const char*>(chosen), length);
    result.certificate_sha256 = certificate_hash(session);
    return result;
}

TEST_F(TlsTest, MakesACertificateThatVerifiesForLocalhost) {
    const auto tls = self_signed_tls(dir_);
    ASSERT_TRUE(tls) << tls.error().message;
    for (const std::string host : {"localhost", "127.0.0.1", "::1"}) {
        ssl::context client(ssl::context::tls_client);
        client.set_verify_mode(ssl::verify_peer);
        client.load_verify_file(file("server.crt"));
        client.set_verify_callback(ssl::host_name_verification(host));
        const Handshake result = shake_hands(**tls, client, "");
        EXPECT_FALSE(result.client) << host << ": " << result.client.message();
        EXPECT_EQ((*tls)->channel_binding, result.certificate_sha256);
    }
}

TEST_F(TlsTest, TheKeyIsTheOwnersAlone) {
    ASSERT_TRUE(self_signed_tls(dir_));
    struct stat info {};
    ASSERT_EQ(::stat(file("server.key").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(TlsTest, KeepsTheCertificateThatIsThere) {
    ASSERT_TRUE(self_signed_tls(dir_ + "/deeper/tls"));
    const std::string before = read("deeper/tls/server.crt");
    ASSERT_TRUE(self_signed_tls(dir_ + "/deeper/tls"));
    EXPECT_EQ(read("deeper/tls/server.crt"), before);
}

TEST_F(TlsTest, ChoosesPostgresqlOrHttpAndRefusesTheRest) {
    const auto tls = self_signed_tls(dir_);
    ASSERT_TRUE(tls);
    ssl::context client(ssl::context::tls_client);
    EXPECT_EQ(shake_hands(**tls, client, "\x0apostgresql").protocol, "postgresql");
    EXPECT_EQ(shake_hands(**tls, client, "\x02h2\x08http/1.1").protocol, "http/1.1");
    const Handshake without = shake_hands(**tls, client, "");
    EXPECT_FALSE(without.client);
    EXPECT_EQ(without.protocol, "");
    EXPECT_TRUE(shake_hands(**tls, client, "\x02h2").client);
}

TEST_F(TlsTest, RefusesOldVersions) {
    const auto tls = self_signed_tls(dir_);
    ASSERT_TRUE(tls);
    ssl::context old(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(old.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(old.native_handle(), TLS1_1_VERSION);
    SSL_CTX_set_security_level(old.native_handle(), 0);
    EXPECT_TRUE(shake_hands(**tls, old, "").server);
    ssl::context twelve(ssl::context::tlsv12_client);
    EXPECT_FALSE(shake_hands(**tls, twelve, "").client);
}

TEST_F(TlsTest, ErrorsNameTheFile) {
    const auto missing = load_tls(file("none.crt"), file("none.key"));
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("none.crt"), std::string::npos) << missing.error().message;

    ASSERT_TRUE(self_signed_tls(dir_));
    write("bad.key", "no key");
    const auto bad = load_tls(file("server.crt"), file("bad.key"));
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().message.find("bad.key"), std::string::npos) << bad.error().message;
}

TEST_F(TlsTest, AKeyOfAnotherCertificateIsRefused) {
    ASSERT_TRUE(self_signed_tls(dir_ + "/one"));
    ASSERT_TRUE(self_signed_tls(dir_ + "/two"));
    const auto mixed = load_tls(file("one/server.crt"), file("two/server.key"));
    ASSERT_FALSE(mixed);
    EXPECT_NE(mixed.error().message.find("server.key"), std::string::npos) << mixed.error().message;
}

TEST_F(TlsTest, ADirectoryThatCannotBeMadeIsAnError) {
    write("file", "");
    EXPECT_FALSE(self_signed_tls(file("file") + "/tls"));
}

}  // namespace
}  // namespace smew::net
