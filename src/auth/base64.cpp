#include "auth/base64.hpp"

#include <array>

namespace smew::auth {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kInvalid = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(kInvalid);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
        values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}
constexpr auto kValues = make_values();

// The up to three bytes that four characters stand for.
bool decode_group(std::string_view group, std::size_t padding, std::vector<std::uint8_t>& out) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4 - padding; ++i) {
        const std::uint8_t value = kValues[static_cast<unsigned char>(group[i])];
        if (value == kInvalid) return false;
        bits |= std::uint32_t{value} << (18 - 6 * i);
    }
    const std::uint32_t unused = (1U << (8 * padding)) - 1;
    if ((bits & unused) != 0) return false;
    for (std::size_t i = 0; i < 3 - padding; ++i) out.push_back(static_cast<std::uint8_t>(bits >> (16 - 8 * i)));
    return true;
}

}  // namespace

std::string base64_encode(ByteSpan data) {
    std::string text;
    text.reserve((data.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < data.size(); at += 3) {
        const std::size_t taken = std::min<std::size_t>(3, data.size() - at);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < taken; ++i) bits |= std::uint32_t{data[at + i]} << (16 - 8 * i);
        for (std::size_t i = 0; i <= taken; ++i) text += kAlphabet[(bits >> (18 - 6 * i)) & 63];
        text.append(3 - taken, '=');
    }
    return text;
}

std::optional<std::vector<std::uint8_t>> base64_decode(std::string_view text) {
    std::vector<std::uint8_t> out;
    if (text.size() % 4 != 0) return std::nullopt;
    out.reserve(text.size() / 4 * 3);
    for (; !text.empty(); text.remove_prefix(4)) {
        const bool last = text.size() == 4;
        std::size_t padding = 0;
        if (last && text[3] == '=') padding = text[2] == '=' ? 2 : 1;
        if (!decode_group(text.substr(0, 4), padding, out)) return std::nullopt;
    }
    return out;
}

}  // namespace smew::auth
