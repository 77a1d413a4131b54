#pragma once
// How much an event matters: what the log writes, the least of it that is wanted, and what is reported know one
// scale. The names are those of the log's lines and of Sentry's "level".

#include <array>
#include <cstdint>
#include <string_view>

namespace smew {

enum class Severity : std::uint8_t {
    kDebug,
    kInfo,
    kWarning,
    kError,
    kFatal,  // the process ended of it: reported by the next one, never logged
};

constexpr std::string_view to_text(Severity severity) {
    constexpr std::array<std::string_view, 5> kNames{"debug", "info", "warning", "error", "fatal"};
    return kNames.at(static_cast<std::size_t>(severity));
}

}  // namespace smew
