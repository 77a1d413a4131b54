#include "config/setting_codec.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace smew::config {
namespace {

bool is_port(std::string_view text) {
    unsigned port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    return error == std::errc{} && stop == end && port <= 65535;
}

// A host name or IPv4 address, or an IPv6 address in brackets: what stands before the port's colon.
bool is_host(std::string_view host) {
    const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (bracketed) host = host.substr(1, host.size() - 2);
    return !host.empty() && std::ranges::all_of(host, [bracketed](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || (bracketed ? c == ':' || c == '%' : c == '-' || c == '_');
    });
}

bool is_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    return colon != std::string_view::npos && is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

bool within(const Setting& setting, std::int64_t number) {
    return number >= setting.min && number <= setting.max;
}

}  // namespace

std::optional<std::int64_t> parse_number(const Setting& setting, std::string_view text) {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || !within(setting, number)) return std::nullopt;
    return number;
}

std::optional<bool> parse_boolean(std::string_view text) {
    if (text == "true" || text == "on" || text == "yes" || text == "1") return true;
    if (text == "false" || text == "off" || text == "no" || text == "0") return false;
    return std::nullopt;
}

bool acceptable_text(const Setting& setting, std::string_view text) {
    const bool printable = std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (!printable || !within(setting, static_cast<std::int64_t>(text.size()))) return false;
    return setting.kind != Kind::kAddress || is_address(text);
}

std::optional<Bytes> parse_size(const Setting& setting, std::string_view text) {
    const Result<Bytes> size = parse_bytes(text);
    if (!size || !within(setting, static_cast<std::int64_t>(size->count))) return std::nullopt;
    return *size;
}

std::optional<double> parse_share(std::string_view text) {
    double share = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, share, std::chars_format::fixed);
    if (error != std::errc{} || stop != end || !(share >= 0 && share <= 1)) return std::nullopt;
    return share;
}

std::string share_text(double share) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), share).ptr};
}

}  // namespace smew::config
