#include "pgsession/utf8.hpp"

#include "core/characters.hpp"

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

// The length of the valid sequence at the front, 0 when it is invalid; so is the zero byte.
std::size_t valid_length(std::string_view text) {
    return text.front() == '\0' ? 0 : character_length(text);
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
