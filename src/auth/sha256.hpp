#pragma once
// SHA-256, HMAC and PBKDF2 over it (RFC 6234, 2104, 8018). For this room only.

#include "core/bytes.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace smew::auth {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(ByteSpan data);
Sha256 hmac_sha256(ByteSpan key, std::string_view text);
Sha256 pbkdf2_sha256(std::string_view password, ByteSpan salt, int iterations);
// Takes the same time wherever the first difference is. Sizes are no secret.
bool equal_bytes(ByteSpan a, ByteSpan b);

}  // namespace smew::auth
