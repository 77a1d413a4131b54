#include "sentry/dsn.hpp"

#include <algorithm>
#include <cctype>

namespace smew::sentry {
namespace {

Error wrong(std::string_view what) {
    return {sqlstate::kInvalidParameterValue, "sentry_dsn " + std::string(what), "",
            "A DSN looks like https://key@host/42; Sentry shows it under the project's settings, Client Keys."};
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool plain(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':' || c == '[' || c == ']';
    });
}

std::string org_of(std::string_view host) {
    const std::string_view label = host.substr(0, host.find('.'));
    return label.starts_with('o') && all_digits(label.substr(1)) ? std::string(label.substr(1)) : std::string();
}

}  // namespace

std::string Dsn::envelope_url() const {
    return protocol + "://" + host + path + "/api/" + project + "/envelope/";
}

Result<Dsn> parse_dsn(std::string_view text) {
    Dsn dsn;
    const std::size_t scheme = text.find("://");
    if (scheme == std::string_view::npos) return wrong("is no URL");
    dsn.protocol = text.substr(0, scheme);
    if (dsn.protocol != "http" && dsn.protocol != "https") return wrong("must begin with http:// or https://");
    text.remove_prefix(scheme + 3);
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos) return wrong("has no key before the host");
    dsn.public_key = text.substr(0, std::min(at, text.find(':')));
    if (!plain(dsn.public_key)) return wrong("has an empty or malformed key");
    text.remove_prefix(at + 1);
    const std::size_t first = text.find('/'), last = text.rfind('/');
    if (first == std::string_view::npos) return wrong("names no project behind the host");
    dsn.host = text.substr(0, first);
    dsn.path = text.substr(first, last - first);
    dsn.project = text.substr(last + 1);
    if (!plain(dsn.host)) return wrong("has an empty or malformed host");
    if (!plain(dsn.project)) return wrong("names no project behind the host");
    if (text.find_first_of(" ?#\"'<>") != std::string_view::npos) return wrong("holds characters that a DSN never has");
    dsn.org_id = org_of(dsn.host);
    return dsn;
}

}  // namespace smew::sentry
