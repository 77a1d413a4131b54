#include "auth/api_key.hpp"

#include "auth/sha256.hpp"
#include "core/random.hpp"

#include <algorithm>

namespace smew::auth {
namespace {

constexpr std::string_view kKeyPrefix = "smew_";
constexpr std::string_view kIdPrefix = "key_";
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kRandomCharacters = 43;  // 258 bits

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}
bool is_token_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

template <class Predicate>
bool all(std::string_view text, Predicate predicate) {
    return std::all_of(text.begin(), text.end(), predicate);
}

}  // namespace

std::string_view to_text(Scope scope) {
    return scope == Scope::kProjectAdmin ? "project_admin" : "project_read";
}

std::optional<Scope> parse_scope(std::string_view text) {
    for (const Scope scope : {Scope::kProjectAdmin, Scope::kProjectRead}) {
        if (text == to_text(scope)) return scope;
    }
    return std::nullopt;
}

NewApiKey make_api_key() {
    const std::string digits = random_hex(kIdDigits);
    const std::string shown = std::string(kKeyPrefix) + digits + "_";
    Secret key(shown + random_token(kRandomCharacters));
    std::string hash = sha256_hex(key.reveal());
    return {.id = ApiKeyId(std::string(kIdPrefix) + digits),
            .key = std::move(key),
            .prefix = shown + "...",
            .hash = std::move(hash)};
}

std::optional<ApiKeyId> key_id_of(std::string_view presented) {
    constexpr std::size_t separator = kKeyPrefix.size() + kIdDigits;
    if (presented.size() != separator + 1 + kRandomCharacters || !presented.starts_with(kKeyPrefix))
        return std::nullopt;
    const std::string_view digits = presented.substr(kKeyPrefix.size(), kIdDigits);
    if (!all(digits, is_hex_digit) || presented[separator] != '_') return std::nullopt;
    if (!all(presented.substr(separator + 1), is_token_character)) return std::nullopt;
    return ApiKeyId(std::string(kIdPrefix).append(digits));
}

std::string sha256_hex(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string hex;
    for (const std::uint8_t byte : sha256(as_bytes(text))) {
        hex += kHex[byte >> 4];
        hex += kHex[byte & 15];
    }
    return hex;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return equal_bytes(as_bytes(a), as_bytes(b));
}

}  // namespace smew::auth
