#include "sentry/scrub.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace smew::sentry {
namespace {

struct Planted {
    std::string_view text, secret;
};

TEST(Scrub, SecretsLeaveNoText) {
    const Planted planted[] = {
        {"login with password=hunter2trouble failed", "hunter2"},
        {R"({"api_key": "abc123verysecret"})", "abc123"},
        {"ALTER USER bob PASSWORD 'open sesame'", "sesame"},
        {"Authorization: Bearer abcdef0123456789", "abcdef"},
        {"host=db user=x password='a b c' dbname=y", "a b c"},
        {"postgres://bob:s3cr3t@db.example:5432/x", "s3cr3t"},
        {"postgres://bob:p@ss@db.example/x", "p@ss"},
        {"got smew_1a2b3c4d_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG!", "ghijklm"},
        {"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def_ghi", "eyJzdWI"},
        {"SCRAM-SHA-256$4096:c2FsdA==$U3RvcmVkS2V5:U2VydmVyS2V5", "U3RvcmVk"},
        {"md50123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"},
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v0X8v3Bz2T"},
        {"mail bob.builder+tag@mail.example.org now", "bob.builder"},
        {"Ask bob.builder@example.com.", "bob.builder"},
        {"card 4111 1111 1111 1111 and 4111-1111-1111-1111.", "1111"},
        {"paid with 4111111111111111", "41111111"},
        {"-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----\n", "MIIabc"},
        {"X-Api-Key: 99887766aabbccdd", "99887766"},
        {"token=\"unterminated value here", "unterminated"},
    };
    for (const Planted& one : planted) {
        const std::string text = scrub_text(one.text);
        EXPECT_EQ(text.find(one.secret), std::string::npos) << text;
        EXPECT_NE(text.find(kFiltered), std::string::npos) << text;
    }
}

TEST(Scrub, LeavesWhatIsNoSecret) {
    for (const std::string_view text :
         {"table in_c_sales.orders does not exist", "GET /projects/{project}/tables took 123 ms",
          "relation 1234567890123456 of 42 rows", "2024-12-19T10:30:45.123Z", "author=bob tokens=17",
          "src/http/dispatch.cpp:123", "smew_worker", "https://example.com/path?x=1", "a@b", "10.0.0.1:5432",
          "pam-backend@0.1.0"}) {
        EXPECT_EQ(scrub_text(text), text);
    }
}

TEST(Scrub, HidesFieldsByTheirName) {
    boost::json::value tree = boost::json::parse(
        R"({"contexts":{"x":{"userPassword":"p1","key_id":"key_12","session":{"id":"sess_1"},"count":3,
            "nested":[{"X-Auth-Token":"p2"},"mail a.b@c.de"]}},"trace_id":"41111111111111111111111111111111"})");
    scrub(tree);
    const std::string text = boost::json::serialize(tree);
    for (const std::string_view gone : {"p1", "p2", "a.b@c.de"}) EXPECT_EQ(text.find(gone), std::string::npos) << text;
    for (const std::string_view kept : {"key_12", "sess_1", "41111111111111111111111111111111", "\"count\":3"}) {
        EXPECT_NE(text.find(kept), std::string::npos) << text;
    }
}

TEST(Scrub, ErrorsLoseWhatMayBeData) {
    EXPECT_EQ(scrub_error_message("22P02", "invalid input syntax for type integer: \"bob\"\nLINE 1: SELECT 'bob'"),
              "invalid input syntax for type integer: \"[Filtered]\"");
    EXPECT_EQ(scrub_error_message("23505", "duplicate key \"id: 17\" violates: Key (id)=(17) already exists."),
              "duplicate key \"[Filtered]\" violates: Key ([Filtered])=([Filtered]) already exists.");
    EXPECT_EQ(scrub_error_message("42P01", "relation \"orders\" does not exist"), "relation \"orders\" does not exist");
    EXPECT_EQ(scrub_error_message("XX000", "Conversion Error: 'bob' is not 12"),
              "Conversion Error: '[Filtered]' is not 12");
}

// A long line of anything costs time in proportion to its length.
TEST(Scrub, LongTextsAreNoTrap) {
    for (const char c : {'1', 'a', '-', '@', '.', ' ', '='}) {
        const std::string text(200'000, c);
        EXPECT_GE(scrub_text(text).size(), 1U);
    }
}

}  // namespace
}  // namespace smew::sentry
