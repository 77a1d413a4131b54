#pragma once
// Characters of UTF-8 text, which PostgreSQL counts where the engine and the lexer count bytes. What is no UTF-8 counts
// in some way, and nothing is read beyond its end.
// Source of what UTF-8 is: RFC 3629.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace smew {

inline bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

inline int count_characters(std::string_view text) {
    return static_cast<int>(std::count_if(text.begin(), text.end(), starts_character));
}

// The byte at which the character with this 0-based number stands; the text's size when it has fewer.
inline std::size_t byte_of_character(std::string_view text, std::size_t number) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (starts_character(text[at]) && number-- == 0) return at;
    }
    return text.size();
}

// At most so many bytes of its front, and no part of a character.
inline std::string_view whole_characters(std::string_view text, std::size_t most_bytes) {
    if (text.size() <= most_bytes) return text;
    while (most_bytes > 0 && !starts_character(text[most_bytes])) --most_bytes;
    return text.substr(0, most_bytes);
}

// The bytes of the character at the front of a text that is not empty; 0 where these bytes are none. Overlong forms,
// surrogates and what lies above U+10FFFF are none.
std::size_t character_length(std::string_view text);

}  // namespace smew
