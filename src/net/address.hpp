#pragma once
// Addresses to listen on, as users write them.

#include "core/error.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>

namespace smew::net {

// "127.0.0.1:5432", "[::1]:5432", "0.0.0.0:0", "localhost:5432"; port 0 is any free one. A name is looked up, which may
// wait: for start-up only. Error 22023 names the text.
Result<boost::asio::ip::tcp::endpoint> parse_listen_address(std::string_view text);

// "127.0.0.1:5432", "[::1]:5432".
std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);

// The peer's address without its port; an IPv4 address that came in through an IPv6 socket as IPv4.
std::string host_text(const boost::asio::ip::tcp::endpoint& endpoint);

// What counts as one client when clients are counted: the address, or for IPv6 its /64 network, which one client owns
// as a whole.
std::string client_network(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace smew::net
