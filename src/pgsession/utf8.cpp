#include "pgsession/utf8.hpp"

#include <cstdint>
#include <cstring>
#include <string>

namespace smew::pgsession {
namespace {

// Eight bytes at once: true when each is ASCII and none is zero.
bool plain_ascii(const char* text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    return ((word | (word - 0x0101010101010101ULL)) & 0x8080808080808080ULL) == 0;
}

std::size_t expected_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if ((lead & 0xF0U) == 0xE0) return 3;
    if (lead >= 0xF0 && lead < 0xF5) return 4;
    return 0;
}

// The length of the valid sequence at the front, 0 when it is invalid. Overlong forms, surrogates and code points
// above U+10FFFF are invalid.
std::size_t valid_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) == 0) return 0;
    const std::size_t length = expected_length(byte(0));
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 0;
    }
    if (byte(0) == 0xE0 && byte(1) < 0xA0) return 0;
    if (byte(0) == 0xED && byte(1) > 0x9F) return 0;
    if (byte(0) == 0xF0 && byte(1) < 0x90) return 0;
    if (byte(0) == 0xF4 && byte(1) > 0x8F) return 0;
    return length;
}

Error bad_sequence(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    // As many bytes as the lead byte promises, as pg_mblen counts them.
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t promised = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 1;
    std::string message = "invalid byte sequence for encoding \"UTF8\":";
    for (const char c : text.substr(0, promised)) {
        message += " 0x";
        message += kHex[static_cast<unsigned char>(c) >> 4];
        message += kHex[static_cast<unsigned char>(c) & 0xFU];
    }
    return {sqlstate::kCharacterNotInRepertoire, message};
}

}  // namespace

std::optional<Error> invalid_utf8(std::string_view text) {
    while (!text.empty()) {
        if (text.size() >= 8 && plain_ascii(text.data())) {
            text.remove_prefix(8);
            continue;
        }
        const std::size_t length = valid_length(text);
        if (length == 0) return bad_sequence(text);
        text.remove_prefix(length);
    }
    return std::nullopt;
}

}  // namespace smew::pgsession
