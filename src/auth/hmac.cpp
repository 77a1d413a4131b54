#include "auth/hmac.hpp"

#include "auth/sha256.hpp"

namespace smew::auth {

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const ByteSpan key_bytes(reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
    std::string hex;
    for (const std::uint8_t byte : hmac_sha256(key_bytes, text)) {
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 0x0FU];
    }
    return hex;
}

}  // namespace smew::auth
