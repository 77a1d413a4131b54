#include "net/address.hpp"

#include <gtest/gtest.h>

namespace smew::net {
namespace {

using boost::asio::ip::tcp;

std::string parsed(std::string_view text) {
    const auto endpoint = parse_listen_address(text);
    return endpoint ? to_text(*endpoint) : "refused: " + endpoint.error().message;
}

tcp::endpoint peer(std::string_view address) {
    return {boost::asio::ip::make_address(address), 4242};
}

TEST(Address, ListenAddressesAsUsersWriteThem) {
    EXPECT_EQ(parsed("127.0.0.1:5432"), "127.0.0.1:5432");
    EXPECT_EQ(parsed("0.0.0.0:0"), "0.0.0.0:0");
    EXPECT_EQ(parsed("[::1]:65535"), "[::1]:65535");
    EXPECT_EQ(parsed("[::]:80"), "[::]:80");
}

TEST(Address, NamesAreLookedUp) {
    const std::string found = parsed("localhost:5432");
    EXPECT_TRUE(found == "127.0.0.1:5432" || found == "[::1]:5432") << found;
}

TEST(Address, WhatIsNoAddressIsRefusedByName) {
    EXPECT_EQ(parsed("127.0.0.1"), "refused: invalid listen address \"127.0.0.1\": the port is missing");
    EXPECT_EQ(parsed("::1:5432"), "refused: invalid listen address \"::1:5432\": an IPv6 address needs brackets");
    for (const std::string_view text : {"", ":", ":5432", "[]:5432", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                                        "127.0.0.1:-1", "127.0.0.1: 1", "[::1:5432", "[::1]5432"}) {
        EXPECT_TRUE(parsed(text).starts_with("refused")) << text;
    }
}

TEST(Address, PeersAsText) {
    EXPECT_EQ(host_text(peer("10.1.2.3")), "10.1.2.3");
    EXPECT_EQ(host_text(peer("2001:db8::1")), "2001:db8::1");
    EXPECT_EQ(host_text(peer("::ffff:10.1.2.3")), "10.1.2.3");
}

TEST(Address, AnIpv6ClientIsItsNetwork) {
    EXPECT_EQ(client_network(peer("10.1.2.3")), "10.1.2.3");
    EXPECT_EQ(client_network(peer("::ffff:10.1.2.3")), "10.1.2.3");
    EXPECT_EQ(client_network(peer("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::/64");
    EXPECT_EQ(client_network(peer("2001:db8:1:2:ffff::9")), "2001:db8:1:2::/64");
    EXPECT_NE(client_network(peer("2001:db8:1:3::9")), "2001:db8:1:2::/64");
}

}  // namespace
}  // namespace smew::net
