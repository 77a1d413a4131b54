#include "pgproto/frame.hpp"
#include "pgproto/frontend.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smew::pgproto {
namespace {

using namespace std::string_literals;

template <class Message>
std::string written(const Message& message) {
    std::vector<std::uint8_t> out;
    write(out, message);
    return std::string(as_text(out));
}

std::string refused(const std::string& body) {
    const auto result = parse_startup(as_bytes(body));
    return result ? "accepted" : std::string(result.error().code.text());
}

const std::string kStartup = "\0\3\0\2user\0ann\0database\0db\0\0"s;

TEST(Startup, ParsesParametersInOrder) {
    const auto packet = parse_startup(as_bytes(kStartup));
    ASSERT_TRUE(packet);
    const auto& message = std::get<StartupMessage>(*packet);
    EXPECT_EQ(message.major, 3);
    EXPECT_EQ(message.minor, 2);
    ASSERT_EQ(message.parameters.size(), 2U);
    EXPECT_EQ(message.parameters[0].first, "user");
    EXPECT_EQ(message.parameter("database"), "db");
    EXPECT_EQ(message.parameter("options"), "");
}

TEST(Startup, TheLastOfARepeatedParameterCounts) {
    const std::string body = "\0\3\0\0user\0ann\0user\0bob\0\0"s;
    const auto packet = parse_startup(as_bytes(body));
    ASSERT_TRUE(packet);
    EXPECT_EQ(std::get<StartupMessage>(*packet).parameter("user"), "bob");
}

TEST(Startup, WritesWhatItParses) {
    const StartupMessage message{.major = 3, .minor = 2, .parameters = {{"user", "ann"}, {"database", "db"}}};
    EXPECT_EQ(written(message), "\0\0\0\x1e"s + kStartup);
}

TEST(Startup, EveryTruncationIsRefused) {
    for (std::size_t length = 0; length < kStartup.size(); ++length) {
        EXPECT_EQ(refused(kStartup.substr(0, length)), "08P01") << length;
    }
}

TEST(Startup, BytesAfterTheTerminatorAreRefused) {
    EXPECT_EQ(refused(kStartup + "x"), "08P01");
}

TEST(Startup, OtherMajorVersionsAreNotSupported) {
    EXPECT_EQ(refused("\0\2\0\0user\0a\0\0"s), "0A000");
    EXPECT_EQ(refused("\0\4\0\0user\0a\0\0"s), "0A000");
    EXPECT_EQ(parse_startup(as_bytes("\0\2\0\1"s)).error().message,
              "unsupported frontend protocol 2.1: server supports 3.0 to 3.2");
}

TEST(Startup, RequestsForEncryption) {
    EXPECT_EQ(written(SslRequest{}), "\0\0\0\x08\x04\xd2\x16\x2f"s);
    EXPECT_EQ(written(GssEncRequest{}), "\0\0\0\x08\x04\xd2\x16\x30"s);
    EXPECT_TRUE(std::holds_alternative<SslRequest>(*parse_startup(as_bytes("\x04\xd2\x16\x2f"))));
    EXPECT_TRUE(std::holds_alternative<GssEncRequest>(*parse_startup(as_bytes("\x04\xd2\x16\x30"))));
    EXPECT_EQ(refused("\x04\xd2\x16\x2fx"), "08P01");
    EXPECT_EQ(refused("\x04\xd2\x16\x30x"), "08P01");
}

TEST(Startup, CancelRequestOfBothProtocols) {
    const std::string secret(32, 'k');
    EXPECT_EQ(written(CancelRequest{.pid = 7, .secret = as_bytes("abcd")}), "\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\7abcd"s);
    const std::string body = "\x04\xd2\x16\x2e\0\0\0\7"s + secret;
    const auto packet = parse_startup(as_bytes(body));
    ASSERT_TRUE(packet);
    EXPECT_EQ(std::get<CancelRequest>(*packet).pid, 7);
    EXPECT_EQ(as_text(std::get<CancelRequest>(*packet).secret), secret);
}

TEST(Startup, CancelKeysOfOtherSizesAreRefused) {
    const std::string head = "\x04\xd2\x16\x2e\0\0\0\7"s;
    EXPECT_EQ(refused(head.substr(0, 6)), "08P01");
    EXPECT_EQ(refused(head + "abc"), "08P01");
    EXPECT_EQ(refused(head + std::string(256, 'x')), "accepted");
    EXPECT_EQ(refused(head + std::string(257, 'x')), "08P01");
}

TEST(SaslInitialResponse, RoundTrip) {
    std::vector<std::uint8_t> out;
    write_sasl_initial_response(out, {.mechanism = "SCRAM-SHA-256", .data = as_bytes("n,,n=,r=x")});
    EXPECT_EQ(as_text(out), "p\0\0\0\x1fSCRAM-SHA-256\0\0\0\0\x09n,,n=,r=x"s);
    const auto parsed = parse_sasl_initial_response(ByteSpan(out).subspan(5));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->mechanism, "SCRAM-SHA-256");
    EXPECT_EQ(as_text(*parsed->data), "n,,n=,r=x");
}

TEST(SaslInitialResponse, WithoutData) {
    std::vector<std::uint8_t> out;
    write_sasl_initial_response(out, {.mechanism = "X", .data = {}});
    EXPECT_EQ(as_text(out), "p\0\0\0\x0aX\0\xff\xff\xff\xff"s);
    const auto parsed = parse_sasl_initial_response(ByteSpan(out).subspan(5));
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->data);
}

TEST(SaslInitialResponse, RefusesWrongLengths) {
    EXPECT_FALSE(parse_sasl_initial_response(as_bytes("X\0\xff\xff\xff\xfe"s)));
    EXPECT_FALSE(parse_sasl_initial_response(as_bytes("X\0\0\0\0\2a"s)));
    EXPECT_FALSE(parse_sasl_initial_response(as_bytes("X\0\0\0\0\1ab"s)));
    EXPECT_FALSE(parse_sasl_initial_response(as_bytes("X\0\0\0"s)));
    EXPECT_FALSE(parse_sasl_initial_response(as_bytes("X")));
    EXPECT_FALSE(parse_sasl_initial_response({}));
}

TEST(SaslResponse, IsItsBody) {
    std::vector<std::uint8_t> out;
    write_sasl_response(out, as_bytes("c=biws"));
    EXPECT_EQ(as_text(out),
              "p\0\0\0\x0a"
              "c=biws"s);
}

}  // namespace
}  // namespace smew::pgproto
