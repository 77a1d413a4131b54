// Clients under TLS: encryption, channel binding, and the relay to the worker.

#include "pgfront/front_fixture.hpp"

#include <cstdlib>
#include <filesystem>

namespace smew::pgfront {
namespace {

using namespace std::string_literals;

// The worker's end of a relay.
class WorkerEnd {
public:
    explicit WorkerEnd(UniqueFd socket) : socket_(std::move(socket)) {
        const timeval limit{10, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    void write(std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // Up to `size` bytes, fewer at the end of the stream.
    std::string read(std::size_t size) {
        std::string text(size, '\0');
        std::size_t got = 0;
        while (got < size) {
            const ssize_t more = ::recv(socket_.get(), text.data() + got, size - got, 0);
            if (more <= 0) break;
            got += static_cast<std::size_t>(more);
        }
        text.resize(got);
        return text;
    }
    void close() { socket_.reset(); }

private:
    UniqueFd socket_;
};

class RelayTest : public FrontTest {
protected:
    RelayTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "smew-relay-XXXXXX").string();
        dir_ = ::mkdtemp(pattern.data());
        auto made = net::self_signed_tls(dir_);
        own_tls_ = std::move(*made);
        tls_ = own_tls_.get();
    }
    ~RelayTest() override {
        if (front_) front_->stop();
        std::filesystem::remove_all(dir_);
    }

    void encrypt(Peer& peer) {
        peer.send(ssl_request());
        ASSERT_EQ(peer.byte(), 'S');
        ASSERT_TRUE(peer.start_tls());
    }
    FakeFleet::Adopted log_in_under_tls(Peer& peer) {
        encrypt(peer);
        peer.send(startup());
        EXPECT_EQ(prove(peer, password_, tls_->channel_binding).first, 'R');
        return fleet_.next_adopted();
    }

    std::string dir_;
    std::unique_ptr<net::Tls> own_tls_;
};

TEST_F(RelayTest, LogsInWithAndWithoutChannelBinding) {
    for (const bool bound : {true, false}) {
        Peer peer = connect();
        encrypt(peer);
        peer.send(startup());
        const auto binding = bound ? std::optional(tls_->channel_binding) : std::nullopt;
        ASSERT_EQ(prove(peer, password_, binding).first, 'R');
        EXPECT_TRUE(fleet_.next_adopted().session.tls);
    }
}

TEST_F(RelayTest, AnotherCertificateInTheMiddleIsNoticed) {
    Peer peer = connect();
    encrypt(peer);
    peer.send(startup());
    EXPECT_EQ(outcome(prove(peer, password_, std::vector<std::uint8_t>(32)), peer), "28P01");
}

TEST_F(RelayTest, CarriesBytesBothWays) {
    Peer peer = connect();
    auto adopted = log_in_under_tls(peer);
    WorkerEnd worker(std::move(adopted.socket));
    worker.write("Z\0\0\0\5I"s);
    EXPECT_EQ(peer.frame().first, 'Z');
    peer.send("Q\0\0\0\6;\0"s);
    EXPECT_EQ(worker.read(7), "Q\0\0\0\6;\0"s);
}

TEST_F(RelayTest, CarriesMoreThanItsBuffersHold) {
    Peer peer = connect();
    auto adopted = log_in_under_tls(peer);
    WorkerEnd worker(std::move(adopted.socket));
    std::string data(3 << 20, '\0');
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i * 7 + (i >> 13));
    std::thread writer([&] {
        worker.write(data);
        worker.close();
        adopted.ended({});
    });
    EXPECT_EQ(peer.rest(), data);
    writer.join();
}

TEST_F(RelayTest, TheClientsEndReachesTheWorkerAndItsLastWordsTheClient) {
    Peer peer = connect();
    auto adopted = log_in_under_tls(peer);
    WorkerEnd worker(std::move(adopted.socket));
    peer.send("X\0\0\0\4"s);
    peer.half_close();
    EXPECT_EQ(worker.read(100), "X\0\0\0\4"s) << "and then the end";
    worker.write("bye");
    worker.close();
    adopted.ended({});
    EXPECT_EQ(peer.rest(), "bye");
}

TEST_F(RelayTest, AVanishedClientEndsTheWorkersSide) {
    Peer peer = connect();
    auto adopted = log_in_under_tls(peer);
    WorkerEnd worker(std::move(adopted.socket));
    peer.close();
    EXPECT_EQ(worker.read(1), "");
}

TEST_F(RelayTest, WhenTheWorkerIsLostTheClientIsTold) {
    Peer peer = connect();
    auto adopted = log_in_under_tls(peer);
    WorkerEnd(std::move(adopted.socket)).close();
    adopted.ended(error_for(CancelReason::kWorkerLost));
    const auto answer = peer.frame();
    ASSERT_EQ(answer.first, 'E');
    EXPECT_EQ(error_of(answer.second).code.text(), "57P02");
    EXPECT_TRUE(peer.ended());
}

TEST_F(RelayTest, AnEndToldAfterTheRelayIsGoneDoesNoHarm) {
    Peer peer = connect();
    auto adopted = log_in_under_tls(peer);
    front().stop();
    EXPECT_TRUE(peer.ended());
    adopted.ended(error_for(CancelReason::kShutdown));
    adopted.ended = nullptr;
    EXPECT_EQ(metric("pgwire_connections_active"), "0");
}

TEST_F(RelayTest, ARefusedHandOverIsToldUnderTls) {
    fleet_.adopt_error = Error{sqlstate::kCannotConnectNow, "not now"};
    Peer peer = connect();
    encrypt(peer);
    peer.send(startup());
    EXPECT_EQ(outcome(prove(peer, password_), peer), "57P03");
}

TEST_F(RelayTest, BytesBeforeTheHandshakeAreRefused) {
    Peer peer = connect();
    Bytes8 out = ssl_request();
    const Bytes8 injected = startup();
    out.insert(out.end(), injected.begin(), injected.end());
    peer.send(out);
    const auto answer = peer.frame();
    ASSERT_EQ(answer.first, 'E') << "not 'S'";
    EXPECT_EQ(error_of(answer.second).message, "received unencrypted data after SSL request");
}

TEST_F(RelayTest, DirectTlsNeedsThePostgresqlProtocol) {
    Peer peer = connect();
    ASSERT_TRUE(peer.start_tls("\x0apostgresql"));
    peer.send(startup());
    EXPECT_EQ(prove(peer, password_, tls_->channel_binding).first, 'R');
    EXPECT_TRUE(fleet_.next_adopted().session.tls);

    Peer without = connect();
    if (without.start_tls()) {
        EXPECT_TRUE(without.ended());
    }
    Peer browser = connect();
    if (browser.start_tls("\x08http/1.1")) {
        EXPECT_TRUE(browser.ended());
    }
}

TEST_F(RelayTest, ACancelRequestUnderTlsEndsOrderly) {
    Peer peer = connect();
    encrypt(peer);
    Bytes8 out;
    pgproto::write(out, pgproto::CancelRequest{.pid = 7, .secret = as_bytes("abcd")});
    peer.send(out);
    EXPECT_TRUE(peer.ended_orderly());
    EXPECT_EQ(fleet_.cancelled().size(), 1U);
}

TEST_F(RelayTest, InModeRequirePlainLoginsAreRefusedAndCancelRequestsAreNot) {
    settings_.pgwire_ssl_mode = config::TlsMode::kRequire;
    Peer plain = connect();
    plain.send(startup());
    const Error error = error_of(plain.frame().second);
    EXPECT_EQ(error.code.text(), "28000");
    EXPECT_EQ(error.hint, "Connect with sslmode=require.");

    Peer cancelling = connect();
    Bytes8 out;
    pgproto::write(out, pgproto::CancelRequest{.pid = 7, .secret = as_bytes("abcd")});
    cancelling.send(out);
    EXPECT_EQ(cancelling.rest(), "");
    EXPECT_EQ(fleet_.cancelled().size(), 1U);

    Peer encrypted = connect();
    log_in_under_tls(encrypted);
}

TEST_F(RelayTest, InModeDisableTlsIsNotOffered) {
    settings_.pgwire_ssl_mode = config::TlsMode::kOff;
    Peer peer = connect();
    peer.send(ssl_request());
    EXPECT_EQ(peer.byte(), 'N');
    EXPECT_FALSE(connect().start_tls("\x0apostgresql"));
}

TEST_F(RelayTest, ACancelRequestMayComeUnderTls) {
    Peer peer = connect();
    encrypt(peer);
    Bytes8 out;
    pgproto::write(out, pgproto::CancelRequest{.pid = 9, .secret = as_bytes("efgh")});
    peer.send(out);
    EXPECT_EQ(peer.rest(), "");
    EXPECT_EQ(fleet_.cancelled(), (std::vector<std::pair<std::int32_t, std::string>>{{9, "efgh"}}));
}

TEST_F(RelayTest, AHandshakeThatFailsEndsTheConnection) {
    Peer peer = connect();
    peer.send(ssl_request());
    ASSERT_EQ(peer.byte(), 'S');
    peer.send("this is no handshake, whatever it is");
    peer.rest();
    Peer next = connect();
    encrypt(next);
}

}  // namespace
}  // namespace smew::pgfront
