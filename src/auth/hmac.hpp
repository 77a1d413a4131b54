#pragma once
// HMAC-SHA-256 (RFC 2104) for bodies that are signed for a receiver.

#include <string>
#include <string_view>

namespace smew::auth {

// In hexadecimal digits, lower case.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace smew::auth
