#include "http/websocket/upgrade.hpp"

#include "http/problem.hpp"

#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace smew::http::websocket {
namespace {

namespace bhttp = boost::beast::http;

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::string_view field(const UpgradeHead& head, bhttp::field name) {
    const auto value = head[name];
    return {value.data(), value.size()};
}

std::string_view target_of(const UpgradeHead& head) {
    return {head.target().data(), head.target().size()};
}

bool is_allowed(std::string_view origin, std::string_view host, std::string_view allowed, bool tls) {
    const std::string asked = lower(origin);
    if (allowed.empty()) return asked == lower((tls ? "https://" : "http://") + std::string(host));
    std::istringstream words{std::string(allowed)};
    for (std::string word; words >> word;) {
        if (word == "*" || lower(word) == asked) return true;
    }
    return false;
}

}  // namespace

bool is_upgrade(const UpgradeHead& head) {
    const std::string_view target = target_of(head);
    return target.substr(0, target.find('?')) == kPath && head.method() == bhttp::verb::get &&
           bhttp::token_list{head[bhttp::field::upgrade]}.exists("websocket");
}

void check_upgrade(const UpgradeHead& head, std::string_view allowed_origins, bool tls) {
    if (target_of(head).find('?') != std::string_view::npos) {
        fail(400, "invalid_url",
             "the URL takes no parameters; credentials in it would end up in logs: send them in the Authorization "
             "header or in the first message, {\"type\":\"auth\",…}");
    }
    if (!boost::beast::websocket::is_upgrade(bhttp::request_header<>(head)) ||
        field(head, bhttp::field::sec_websocket_key).empty() ||
        field(head, bhttp::field::sec_websocket_version) != "13") {
        throw ProblemException({.status = 426,
                                .code = "upgrade_required",
                                .message = "this is a WebSocket (RFC 6455, version 13)",
                                .headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}});
    }
    const std::string_view origin = field(head, bhttp::field::origin);
    if (origin.empty() || is_allowed(origin, field(head, bhttp::field::host), allowed_origins, tls)) return;
    fail(403, "origin_not_allowed",
         "pages of this origin may not connect; the server's admin can allow it (websocket_allowed_origins)");
}

}  // namespace smew::http::websocket
