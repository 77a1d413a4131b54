#include "sentry/patterns.hpp"

#include "sentry/scrub.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace smew::sentry {
namespace {

bool alnum(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}
bool letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}
bool name_char(char c) {
    return alnum(c) || c == '_' || c == '-';
}
bool base64_char(char c) {
    return alnum(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
}

template <class Test>
std::size_t run(std::string_view text, std::size_t from, Test test) {
    std::size_t end = from;
    while (end < text.size() && test(text[end])) ++end;
    return end - from;
}

bool at_word(std::string_view text, std::size_t at) {
    return at == 0 || !name_char(text[at - 1]);
}

std::size_t end_of_value(std::string_view text, std::size_t from) {
    if (from < text.size() && (text[from] == '"' || text[from] == '\'')) {
        const std::size_t close = text.find(text[from], from + 1);
        return close == std::string_view::npos ? text.size() : close + 1;
    }
    return std::min(text.size(), text.find_first_of(" \t\r\n,;&)}]\"'", from));
}

// The scheme of an Authorization header is no secret; what follows is.
std::size_t skip_scheme(std::string_view text, std::size_t from) {
    for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic ", "basic ", "Token ", "token "}) {
        if (text.substr(from).starts_with(scheme)) return from + scheme.size();
    }
    return from;
}

// password=…, "api_key": "…", Authorization: Bearer …, PASSWORD '…'
std::optional<Secretive> named_value(std::string_view text, std::size_t at) {
    if (!at_word(text, at) || !name_char(text[at])) return std::nullopt;
    const std::size_t name = run(text, at, name_char);
    if (!is_secret_name(text.substr(at, name))) return std::nullopt;
    std::size_t next = at + name;
    if (next < text.size() && (text[next] == '"' || text[next] == '\'')) ++next;
    next += run(text, next, [](char c) { return c == ' '; });
    const bool assigned = next < text.size() && (text[next] == '=' || text[next] == ':');
    if (assigned) {
        ++next;
        next += run(text, next, [](char c) { return c == ' '; });
    } else if (next >= text.size() || text[next] != '\'') {  // SQL: PASSWORD 'text'
        return std::nullopt;
    }
    next = skip_scheme(text, next);
    const std::size_t end = end_of_value(text, next);
    if (end == next) return std::nullopt;
    return Secretive{next - at, end - at};
}

std::optional<Secretive> bearer(std::string_view text, std::size_t at) {
    constexpr std::string_view kScheme = "earer ";
    if (!at_word(text, at) || (text[at] != 'B' && text[at] != 'b') || !text.substr(at + 1).starts_with(kScheme)) {
        return std::nullopt;
    }
    const std::size_t from = at + 1 + kScheme.size();
    const std::size_t size = run(text, from, [](char c) { return base64_char(c) || c == '.' || c == '~'; });
    return size < 8 ? std::nullopt : std::optional(Secretive{from - at, from - at + size});
}

// smew_1a2b3c4d_…, and the keys of services our users have in their statements.
std::optional<Secretive> known_key(std::string_view text, std::size_t at) {
    constexpr std::array<std::string_view, 9> kPrefixes{"smew_", "sk_live_", "sk_test_", "sk-", "ghp_",
                                                        "xoxb-", "AKIA",     "glpat-",   "AIza"};
    if (!at_word(text, at)) return std::nullopt;
    for (const std::string_view prefix : kPrefixes) {
        if (!text.substr(at).starts_with(prefix)) continue;
        const std::size_t size = run(text, at + prefix.size(), name_char);
        if (size >= 16) return Secretive{0, prefix.size() + size};
    }
    return std::nullopt;
}

std::optional<Secretive> json_web_token(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("eyJ")) return std::nullopt;
    const std::size_t size = run(text, at, [](char c) { return name_char(c) || c == '.'; });
    return size < 20 ? std::nullopt : std::optional(Secretive{0, size});
}

std::optional<Secretive> verifier(std::string_view text, std::size_t at) {
    constexpr std::string_view kScram = "SCRAM-SHA-";
    if (text.substr(at).starts_with(kScram)) {
        const std::size_t method = run(text, at, name_char);
        if (at + method < text.size() && text[at + method] == '$') {
            const std::size_t rest =
                run(text, at + method, [](char c) { return base64_char(c) || c == '$' || c == ':'; });
            return Secretive{method, method + rest};
        }
    }
    constexpr std::string_view kMd5 = "md5";
    if (at_word(text, at) && text.substr(at).starts_with(kMd5) && run(text, at + kMd5.size(), hex) == 32) {
        return Secretive{kMd5.size(), kMd5.size() + 32};
    }
    // Messages of the SCRAM exchange: r=, s=, i= … p=; the proof and the nonces.
    for (const std::string_view field : {"p=", "r=", "v=", "s="}) {
        if (!at_word(text, at) || !text.substr(at).starts_with(field)) continue;
        const std::size_t size = run(text, at + field.size(), base64_char);
        if (size >= 20) return Secretive{field.size(), field.size() + size};
    }
    return std::nullopt;
}

// ://user:password@ and ://key@
std::optional<Secretive> url_credentials(std::string_view text, std::size_t at) {
    constexpr std::string_view kMark = "://";
    if (!text.substr(at).starts_with(kMark)) return std::nullopt;
    const std::size_t from = at + kMark.size();
    // A password may hold an @ itself, so the last one before the path counts.
    const std::size_t authority = std::min(text.size(), text.find_first_of(" \t\r\n/?#\"'<>", from));
    const std::size_t mark = text.substr(0, authority).rfind('@');
    if (mark == std::string_view::npos || mark < from) return std::nullopt;
    return Secretive{kMark.size(), mark - at};
}

std::optional<Secretive> private_key(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("-----BEGIN ")) return std::nullopt;
    const std::size_t end = text.find("-----END ", at);
    if (end == std::string_view::npos) return Secretive{0, text.size() - at};
    const std::size_t close = text.find("-----", end + 9);
    return Secretive{0, (close == std::string_view::npos ? text.size() : close + 5) - at};
}

bool mail_char(char c) {
    return alnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
}

std::optional<Secretive> mail_address(std::string_view text, std::size_t at) {
    if ((at > 0 && mail_char(text[at - 1])) || !mail_char(text[at])) return std::nullopt;
    const std::size_t user = run(text, at, mail_char);
    if (at + user >= text.size() || text[at + user] != '@') return std::nullopt;
    const std::size_t host = run(text, at + user + 1, [](char c) { return alnum(c) || c == '.' || c == '-'; });
    // "smew@0.1.0" is a release: the last label of a host is a word.
    const std::string_view name = text.substr(at + user + 1, host);
    const std::size_t end = name.find_last_not_of('.');  // of a sentence's last word the dot is not part
    const std::size_t dot = end == std::string_view::npos ? end : name.rfind('.', end);
    if (dot == std::string_view::npos || !letter(name[dot + 1])) return std::nullopt;
    return Secretive{0, user + 1 + host};
}

// The checksum of ISO/IEC 7812, which one number in ten passes.
bool passes_luhn(std::string_view digits) {
    int sum = 0;
    bool twice = false;
    for (auto c = digits.rbegin(); c != digits.rend(); ++c, twice = !twice) {
        const int value = (*c - '0') * (twice ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

std::optional<Secretive> card_number(std::string_view text, std::size_t at) {
    if (!digit(text[at]) || (at > 0 && (alnum(text[at - 1]) || text[at - 1] == '.'))) return std::nullopt;
    std::string digits;
    std::size_t end = at;
    for (std::size_t i = at; i < std::min(text.size(), at + 40) && digits.size() < 20; ++i) {
        if (digit(text[i])) {
            digits += text[i];
            end = i + 1;
        } else if (text[i] != ' ' && text[i] != '-') {
            break;
        }
    }
    if (digits.size() < 13 || digits.size() > 19 || (end < text.size() && alnum(text[end]))) return std::nullopt;
    return passes_luhn(digits) ? std::optional(Secretive{0, end - at}) : std::nullopt;
}

}  // namespace

std::optional<Secretive> secret_at(std::string_view text, std::size_t at) {
    for (const auto pattern : {private_key, url_credentials, named_value, bearer, known_key, json_web_token, verifier,
                               mail_address, card_number}) {
        if (auto found = pattern(text, at)) return found;
    }
    return std::nullopt;
}

}  // namespace smew::sentry
