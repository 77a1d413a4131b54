#include "load/dsn.hpp"

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

namespace smew::load {
namespace {

using Pairs = std::map<std::string, std::string>;

Error wrong(const std::string& what) {
    return {sqlstate::kInvalidParameterValue, "--dsn: " + what, "",
            "Write postgresql://user:password@host:5432/database or \"host=… port=… dbname=… user=… password=…\"."};
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape =
            text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
        out += escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
        if (escape) i += 2;
    }
    return out;
}

// Splits at the first separator; without one all is `first`.
std::pair<std::string_view, std::string_view> split(std::string_view text, char separator) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return {text, {}};
    return {text.substr(0, at), text.substr(at + 1)};
}

void take_host_and_port(std::string_view text, Pairs& pairs) {
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    const bool v6 = bracket != std::string_view::npos;
    const std::string_view host = v6 ? text.substr(1, bracket - 1) : split(text, ':').first;
    const std::string_view port = split(v6 ? text.substr(bracket + 1) : text, ':').second;
    if (!host.empty()) pairs["host"] = percent_decoded(host);
    if (!port.empty()) pairs["port"] = port;
}

Pairs pairs_of_uri(std::string_view text) {
    Pairs pairs;
    text.remove_prefix(text.find("//") + 2);
    const auto [location, query] = split(text, '?');
    auto [authority, path] = split(location, '/');
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        const auto [user, password] = split(authority.substr(0, at), ':');
        pairs["user"] = percent_decoded(user);
        if (!password.empty()) pairs["password"] = percent_decoded(password);
        authority.remove_prefix(at + 1);
    }
    take_host_and_port(authority, pairs);
    if (!path.empty()) pairs["dbname"] = percent_decoded(path);
    for (std::string_view left = query; !left.empty();) {
        const auto [one, more] = split(left, '&');
        const auto [name, value] = split(one, '=');
        pairs[percent_decoded(name)] = percent_decoded(value);
        left = more;
    }
    return pairs;
}

// One value of the keyword form, perhaps in single quotes; a backslash makes the next character an ordinary one.
std::string take_value(std::string_view& text) {
    std::string value;
    const bool quoted = text.starts_with('\'');
    if (quoted) text.remove_prefix(1);
    while (!text.empty() && text.front() != (quoted ? '\'' : ' ')) {
        if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
        value += text.front();
        text.remove_prefix(1);
    }
    if (!text.empty()) text.remove_prefix(1);
    return value;
}

std::optional<Pairs> pairs_of_keywords(std::string_view text) {
    Pairs pairs;
    while (true) {
        const std::size_t start = text.find_first_not_of(' ');
        if (start == std::string_view::npos) return pairs;
        text.remove_prefix(start);
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos || equals == 0) return std::nullopt;
        std::string name(text.substr(0, equals));
        text.remove_prefix(equals + 1);
        pairs[std::move(name)] = take_value(text);
    }
}

void add_environment(Pairs& pairs) {
    constexpr std::array<std::pair<const char*, const char*>, 6> kNames{{{"host", "PGHOST"},
                                                                         {"port", "PGPORT"},
                                                                         {"user", "PGUSER"},
                                                                         {"password", "PGPASSWORD"},
                                                                         {"dbname", "PGDATABASE"},
                                                                         {"sslmode", "PGSSLMODE"}}};
    for (const auto& [name, variable] : kNames) {
        const char* value = std::getenv(variable);
        if (value != nullptr && !pairs.contains(name)) pairs[name] = value;
    }
}

std::string taken(Pairs& pairs, const std::string& name, std::string otherwise) {
    const auto found = pairs.extract(name);
    return found.empty() ? std::move(otherwise) : std::move(found.mapped());
}

std::optional<TlsMode> tls_mode(const std::string& text) {
    if (text == "disable") return TlsMode::kDisable;
    if (text == "allow" || text == "prefer") return TlsMode::kPrefer;
    if (text == "require") return TlsMode::kRequire;
    if (text == "verify-ca" || text == "verify-full") return TlsMode::kVerify;
    return std::nullopt;
}

}  // namespace

std::string Dsn::address() const {
    const bool v6 = host.find(':') != std::string::npos;
    return "postgresql://" + user + "@" + (v6 ? "[" + host + "]" : host) + ":" + port + "/" + database;
}

Result<Dsn> parse_dsn(std::string_view text) {
    const bool uri = text.starts_with("postgresql://") || text.starts_with("postgres://");
    std::optional<Pairs> pairs = uri ? pairs_of_uri(text) : pairs_of_keywords(text);
    if (!pairs) return wrong("this is neither a URI nor a list of name=value");
    add_environment(*pairs);
    Dsn dsn;
    dsn.host = taken(*pairs, "host", dsn.host);
    dsn.port = taken(*pairs, "port", dsn.port);
    dsn.user = taken(*pairs, "user", "");
    dsn.database = taken(*pairs, "dbname", dsn.user);
    dsn.password = Secret(taken(*pairs, "password", ""));
    dsn.root_certificate = taken(*pairs, "sslrootcert", "");
    const std::string mode = taken(*pairs, "sslmode", "prefer");
    const auto tls = tls_mode(mode);
    if (!tls) return wrong("sslmode \"" + mode + "\" is none of disable, prefer, require, verify-full");
    dsn.tls = *tls;
    if (dsn.user.empty()) return wrong("the user is missing");
    for (const char* ours : {"connect_timeout", "channel_binding", "gssencmode"}) pairs->erase(ours);
    dsn.parameters = std::move(*pairs);
    return dsn;
}

std::string without_password(std::string_view dsn) {
    std::string text(dsn);
    if (const std::size_t at = text.find("password="); at != std::string::npos) {
        const std::size_t start = at + std::string_view("password=").size();
        const bool quoted = text.compare(start, 1, "'") == 0;
        const std::size_t end = quoted ? text.find('\'', start + 1) : text.find_first_of(" &", start);
        return text.replace(start, end == std::string::npos ? end : end - start + (quoted ? 1 : 0), "***");
    }
    const std::size_t scheme = text.find("://"), at = text.rfind('@');
    if (scheme == std::string::npos || at == std::string::npos) return text;
    const std::size_t colon = text.find(':', scheme + 3);
    return colon < at ? text.replace(colon + 1, at - colon - 1, "***") : text;
}

}  // namespace smew::load
