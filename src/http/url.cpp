#include "http/url.hpp"

#include "core/characters.hpp"

#include <algorithm>
#include <cctype>

namespace smew::http {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Error malformed(std::string what) {
    return {sqlstate::kInvalidParameterValue, "malformed URL: " + std::move(what)};
}

bool has_control(std::string_view text, bool lines_allowed) {
    return std::any_of(text.begin(), text.end(), [&](unsigned char c) {
        const bool line = c == '\n' || c == '\r' || c == '\t';
        return (c < 0x20 && !(line && lines_allowed)) || c == 0x7f;
    });
}

Result<std::string> decode(std::string_view text, bool in_query) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (in_query && text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) return malformed("a broken % escape");
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    // A condition in a query may have several lines or be about tabs; a path has no business with them.
    if (has_control(out, in_query)) return malformed("a control character");
    if (!valid_utf8(out)) return malformed("text that is not UTF-8");
    return out;
}

Result<void> parse_query(std::string_view text, NamedTexts& out) {
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        Result<std::string> name = decode(pair.substr(0, equals), true);
        if (!name) return name.error();
        Result<std::string> value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!value) return value.error();
        out.emplace_back(std::move(*name), std::move(*value));
    }
    return {};
}

}  // namespace

bool valid_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

Result<Target> parse_target(std::string_view target) {
    if (!target.starts_with('/')) return malformed("the path has to begin with /");
    const std::size_t question = std::min(target.find('?'), target.size());
    std::string_view path = target.substr(0, question);
    Target parsed;
    parsed.path = path;
    if (question < target.size()) {
        if (Result<void> read = parse_query(target.substr(question + 1), parsed.query); !read) return read.error();
    }
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    while (path.size() > 1) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        Result<std::string> decoded = decode(segment, false);
        if (!decoded) return decoded.error();
        parsed.segments.push_back(std::move(*decoded));
        path.remove_prefix(segment.size());
        if (path == "/") parsed.segments.emplace_back();
    }
    return parsed;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char raw : text) {
        const auto c = static_cast<unsigned char>(raw);
        if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += raw;
        } else {
            out += '%';
            out += kDigits[c >> 4U];
            out += kDigits[c & 15U];
        }
    }
    return out;
}

}  // namespace smew::http
