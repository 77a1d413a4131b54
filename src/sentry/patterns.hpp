#pragma once
// What a secret looks like in a text. Hand-written: std::regex recurses once a character and can be driven out of its
// stack by a long line.

#include <optional>
#include <string_view>

namespace smew::sentry {

// A secret that begins at a place: of its `size` characters the first `kept` may stay, as "password=".
struct Secretive {
    std::size_t kept = 0, size = 0;
};
std::optional<Secretive> secret_at(std::string_view text, std::size_t at);

}  // namespace smew::sentry
