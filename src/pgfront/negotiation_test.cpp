#include "pgfront/front_fixture.hpp"

namespace smew::pgfront {
namespace {

using namespace std::string_literals;

class NegotiationTest : public FrontTest {
protected:
    std::string refusal(std::string_view bytes) {
        Peer peer = connect();
        peer.send(bytes);
        const auto answer = peer.frame();
        return answer.first == 'E' ? std::string(error_of(answer.second).code.text()) : std::string(1, answer.first);
    }
};

TEST_F(NegotiationTest, WithoutTlsARequestForItIsAnsweredNo) {
    Peer peer = connect();
    peer.send(ssl_request());
    EXPECT_EQ(peer.byte(), 'N');
    peer.send(startup());
    EXPECT_EQ(peer.frame().first, 'R');
}

TEST_F(NegotiationTest, GssEncryptionIsAnsweredNoAndTlsMayBeAskedForNext) {
    Peer peer = connect();
    Bytes8 out;
    pgproto::write(out, pgproto::GssEncRequest{});
    peer.send(out);
    EXPECT_EQ(peer.byte(), 'N');
    peer.send(ssl_request());
    EXPECT_EQ(peer.byte(), 'N');
    peer.send(startup());
    EXPECT_EQ(peer.frame().first, 'R');
}

TEST_F(NegotiationTest, AskingTwiceIsRefused) {
    Peer peer = connect();
    peer.send(ssl_request());
    EXPECT_EQ(peer.byte(), 'N');
    peer.send(ssl_request());
    EXPECT_EQ(error_of(peer.frame().second).code.text(), "08P01");
}

TEST_F(NegotiationTest, GarbageIsRefused) {
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), "08P01");
    EXPECT_EQ(refusal("\0\0\0\0\0\0\0\0"s), "08P01");
    EXPECT_EQ(refusal("\xff\xff\xff\xff\xff"s), "08P01");
    EXPECT_EQ(refusal("\0\0\0\x09\0\3\0\0x"s), "08P01");
    EXPECT_EQ(refusal("\0\0\0\x09\0\2\0\0\0"s), "0A000");
    EXPECT_EQ(refusal("\0\0\0\x0c\x04\xd2\x16\x2e\0\0\0\1"s), "08P01") << "cancel without a key";
}

TEST_F(NegotiationTest, AUserIsNeeded) {
    EXPECT_EQ(refusal(as_text(startup(Parameters{}))), "28000");
    EXPECT_EQ(refusal(as_text(startup({{"user", ""}}))), "28000");
}

TEST_F(NegotiationTest, NewerMinorVersionsAndUnknownOptionsAreNegotiated) {
    Peer peer = connect();
    peer.send(startup({{"user", workspace_.username}, {"_pq_.new", "1"}}, 9));
    const auto answer = peer.frame();
    ASSERT_EQ(answer.first, 'v');
    const auto message = pgproto::parse_backend('v', answer.second);
    ASSERT_TRUE(message);
    const auto& offer = std::get<pgproto::NegotiateProtocolVersion>(*message);
    EXPECT_EQ(offer.newest_minor, 2);
    EXPECT_EQ(offer.unknown_options, std::vector<std::string_view>{"_pq_.new"});
    ASSERT_EQ(prove(peer, password_).first, 'R');
    const auto adopted = fleet_.next_adopted();
    EXPECT_EQ(adopted.session.protocol_minor, 2);
    EXPECT_EQ(adopted.session.parameters.size(), 1U) << "without the option";
}

TEST_F(NegotiationTest, CancelKeysAreLongFromProtocol32On) {
    for (const auto& [minor, bytes] : {std::pair<std::uint16_t, std::size_t>{0, 4}, {1, 4}, {2, 32}}) {
        Peer peer = connect();
        peer.send(startup(minor));
        ASSERT_EQ(prove(peer, password_).first, 'R');
        EXPECT_EQ(fleet_.next_adopted().session.cancel_key.size(), bytes) << minor;
    }
}

TEST_F(NegotiationTest, ACancelRequestReachesTheFleetAndIsNotAnswered) {
    Peer peer = connect();
    Bytes8 out;
    pgproto::write(out, pgproto::CancelRequest{.pid = 7, .secret = as_bytes("abcd")});
    peer.send(out);
    EXPECT_EQ(peer.rest(), "");
    EXPECT_EQ(fleet_.cancelled(), (std::vector<std::pair<std::int32_t, std::string>>{{7, "abcd"}}));
}

TEST_F(NegotiationTest, TlsIsRefusedDirectlyWhenThereIsNone) {
    Peer peer = connect();
    EXPECT_FALSE(peer.start_tls("\x0apostgresql"));
}

}  // namespace
}  // namespace smew::pgfront
