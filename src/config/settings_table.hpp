#pragma once
// The one table of settings. Each row names a setting, says what it is for, what may stand there and which member of
// Settings holds it; flags, environment variables, TOML keys, help and docs/settings.md all come from here.
//
// A new setting is a member of Settings (with its default) and a row in settings_table.cpp.

#include "config/settings.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace smew::config {

enum class Kind {
    kText,
    kAddress,  // host:port, [ipv6]:port; port 0 takes a free one
    kSecret,   // text that is never shown
    kBoolean,
    kNumber,
    kSeconds,
    kSize,
    kChoice,
    kShare,          // a decimal number from 0 to 1
    kOptionalShare,  // the same, or nothing
};

struct Setting {
    std::string_view name;   // "pgwire_idle_timeout_seconds"; also the TOML key
    std::string_view group;  // heading in help and docs
    std::string_view doc;    // one or two sentences
    // Inclusive: of the number, the seconds, the bytes; of a text, its length.
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    Kind kind = Kind::kText;
    bool live = false;  // may be changed while the server runs: LiveSettings

    // Filled in by the table from the member's type.
    std::span<const std::string_view> choices{};
    // False, and nothing changed, when the text is no value of this kind or out of bounds.
    bool (*assign)(const Setting& self, Settings& settings, std::string_view text) = nullptr;
    // The value as it would be written in a flag. Secrets too: ask shown() for what people may see.
    std::string (*value)(const Settings& settings) = nullptr;

    bool secret() const { return kind == Kind::kSecret; }
    std::string flag() const;                  // "--pgwire-idle-timeout-seconds"
    std::string environment_variable() const;  // "SMEW_PGWIRE_IDLE_TIMEOUT_SECONDS"
    // The value for people's eyes: a secret that is set is "***".
    std::string shown(const Settings& settings) const;
    // What is allowed, to end a sentence with: "a whole number from 0 to 256".
    std::string expectation() const;
};

std::span<const Setting> settings_table();

// nullptr when there is none of that name.
const Setting* find_setting(std::string_view name);

}  // namespace smew::config
