#include "sentry/scrub.hpp"

#include "sentry/patterns.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace smew::sentry {
namespace {

constexpr std::array<std::string_view, 19> kSecretNames{
    "auth", "token", "secret", "password",   "passwd", "pwd",   "apikey",     "privatekey",       "jwt", "bearer",
    "saml", "csrf",  "xsrf",   "credential", "cookie", "scram", "passphrase", "connectionstring", "dsn"};
// Names that hold a word of the list and no secret.
constexpr std::array<std::string_view, 4> kHarmless{"author", "tokens", "authenticated", "auth_method"};

std::string folded(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return text;
}

// Ids are what reports are found by, and some of them would pass for the number of a card.
bool is_identifier(std::string_view name, std::string_view value) {
    const bool named = name.ends_with("_id") || name.ends_with("_addr") || name == "sample_rand";
    return named && std::ranges::all_of(value, [](unsigned char c) {
               return std::isxdigit(c) != 0 || c == '-' || c == 'x' || c == '.';
           });
}

bool ends_in_key(std::string_view name) {
    return name == "key" || name.ends_with("apikey") || name.ends_with("accesskey") || name.ends_with("secretkey") ||
           name.ends_with("adminkey") || name.ends_with("signingkey");
}

// The text between a pair of marks, again and again, replaced.
std::string without_quoted(std::string_view text, char open, char close) {
    std::string out;
    while (true) {
        const std::size_t from = text.find(open);
        const std::size_t to = from == std::string_view::npos ? from : text.find(close, from + 1);
        if (to == std::string_view::npos) return out.append(text.substr(0, from));
        out.append(text.substr(0, from + 1)).append(kFiltered) += close;
        text.remove_prefix(to + 1);
    }
}

}  // namespace

bool is_secret_name(std::string_view name) {
    const std::string plain = folded(name);
    if (std::ranges::find(kHarmless, name) != kHarmless.end()) return false;
    if (ends_in_key(plain)) return true;
    return std::ranges::any_of(kSecretNames,
                               [&plain](std::string_view word) { return plain.find(word) != std::string::npos; });
}

std::string scrub_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (const auto found = secret_at(text, at)) {
            out.append(text.substr(at, found->kept)).append(kFiltered);
            at += found->size;
        } else {
            out += text[at++];
        }
    }
    return out;
}

void scrub(boost::json::value& value) {
    if (auto* text = value.if_string()) {
        *text = scrub_text(*text);
    } else if (auto* list = value.if_array()) {
        for (boost::json::value& entry : *list) scrub(entry);
    } else if (auto* object = value.if_object()) {
        for (auto& [name, field] : *object) {
            const bool text_or_more = field.is_string() || field.is_object() || field.is_array();
            if (text_or_more && is_secret_name(name)) {
                field = kFiltered;
            } else if (!field.is_string() || !is_identifier(name, field.get_string())) {
                scrub(field);
            }
        }
    }
}

std::string scrub_error_message(std::string_view sqlstate, std::string_view message) {
    message = message.substr(0, message.find("\nLINE "));
    std::string text = without_quoted(message, '\'', '\'');
    text = without_quoted(text, '(', ')');
    // Of a data or a constraint error the quoted text is a value; elsewhere it is a name, which tells what was meant.
    const bool about_values = sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate.starts_with("P0");
    if (about_values || sqlstate.empty()) text = without_quoted(text, '"', '"');
    return scrub_text(text);
}

}  // namespace smew::sentry
