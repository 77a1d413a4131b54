#include "net/address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace smew::net {
namespace {

namespace ip = boost::asio::ip;

struct HostAndPort {
    std::string_view host;
    std::uint16_t port = 0;
};

Error invalid(std::string_view text, std::string_view why) {
    std::string message = "invalid listen address \"";
    message.append(text).append("\": ").append(why);
    return {sqlstate::kInvalidParameterValue, std::move(message), "",
            "Write HOST:PORT, as in 127.0.0.1:5432 or [::1]:5432; port 0 takes a free one."};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

Result<HostAndPort> split(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return invalid(text, "the port is missing");
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return invalid(text, "an IPv6 address needs brackets");
    }
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return invalid(text, "the port is no number from 0 to 65535");
    if (host.empty()) return invalid(text, "the host is missing");
    return HostAndPort{host, *port};
}

Result<ip::address> look_up(std::string_view text, std::string_view host) {
    boost::asio::io_context io;
    ip::tcp::resolver resolver(io);
    boost::system::error_code failed;
    const auto found = resolver.resolve(host, "", ip::resolver_base::passive, failed);
    if (failed || found.empty()) return invalid(text, "the host is unknown");
    return found.begin()->endpoint().address();
}

ip::address unmapped(const ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

}  // namespace

Result<ip::tcp::endpoint> parse_listen_address(std::string_view text) {
    const auto parts = split(text);
    if (!parts) return parts.error();
    boost::system::error_code failed;
    const auto address = ip::make_address(parts->host, failed);
    if (!failed) return ip::tcp::endpoint(address, parts->port);
    const auto resolved = look_up(text, parts->host);
    if (!resolved) return resolved.error();
    return ip::tcp::endpoint(*resolved, parts->port);
}

std::string to_text(const ip::tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    const std::string port = std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

std::string host_text(const ip::tcp::endpoint& endpoint) {
    return unmapped(endpoint.address()).to_string();
}

std::string client_network(const ip::tcp::endpoint& endpoint) {
    const ip::address address = unmapped(endpoint.address());
    if (address.is_v4()) return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace smew::net
