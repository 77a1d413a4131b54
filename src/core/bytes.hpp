#pragma once
// Sizes with a unit, and their text form as users write it: "4GB", "512MiB", "100000".

#include "core/error.hpp"

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace smew {

struct Bytes {
    std::uint64_t count = 0;
    friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

// Accepts a whole or decimal number and B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024),
// in any case, with or without a blank between. Error 22023 names the text.
Result<Bytes> parse_bytes(std::string_view text);

// The shortest exact form: "4GB", "64MiB", "1500B".
std::string to_text(Bytes bytes);

using ByteSpan = std::span<const std::uint8_t>;

inline ByteSpan as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteSpan bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace smew
