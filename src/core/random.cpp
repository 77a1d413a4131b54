#include "core/random.hpp"

#include <string_view>
#include <sys/random.h>
#include <system_error>
#include <vector>

namespace smew {
namespace {

// Alphabet sizes here divide 256, so taking a byte modulo the size favours no character.
std::string random_of(std::string_view alphabet, std::size_t length) {
    std::vector<std::uint8_t> raw(length);
    fill_random(raw);
    std::string text(length, '\0');
    for (std::size_t i = 0; i < length; ++i) text[i] = alphabet[raw[i] % alphabet.size()];
    return text;
}

}  // namespace

void fill_random(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

std::string random_hex(std::size_t digits) {
    return random_of("0123456789abcdef", digits);
}

std::string random_token(std::size_t length) {
    return random_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", length);
}

}  // namespace smew
