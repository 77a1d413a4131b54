#pragma once
// Base64 with padding (RFC 4648, section 4), strict: no blanks, no missing padding, no stray bits.

#include "core/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::auth {

std::string base64_encode(ByteSpan data);
std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text);

}  // namespace smew::auth
