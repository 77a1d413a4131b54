#pragma once
// How each type that a setting may have is read from text and written as text. Used by settings_table.cpp only.

#include "config/settings_table.hpp"

#include <array>
#include <optional>

namespace smew::config {

template <class E>
struct Choice {
    std::string_view name;
    E value;
};

// The names of an enumeration's values. An enumeration that is to be a setting needs its own line here.
template <class E>
inline constexpr std::array<Choice<E>, 0> kChoices{};
template <>
inline constexpr std::array kChoices<SandboxMode>{Choice{"required", SandboxMode::kRequired},
                                                  Choice{"preferred", SandboxMode::kPreferred},
                                                  Choice{"off", SandboxMode::kOff}};
template <>
inline constexpr std::array kChoices<TlsMode>{Choice{"disable", TlsMode::kOff}, Choice{"prefer", TlsMode::kPrefer},
                                              Choice{"require", TlsMode::kRequire}};
template <>
inline constexpr std::array kChoices<QueryAuditMode>{Choice{"full", QueryAuditMode::kFull},
                                                     Choice{"structure", QueryAuditMode::kStructure},
                                                     Choice{"hash_only", QueryAuditMode::kHashOnly}};
template <>
inline constexpr std::array kChoices<Severity>{
    Choice{to_text(Severity::kDebug), Severity::kDebug}, Choice{to_text(Severity::kInfo), Severity::kInfo},
    Choice{to_text(Severity::kWarning), Severity::kWarning}, Choice{to_text(Severity::kError), Severity::kError}};
template <>
inline constexpr std::array kChoices<StatementErrors>{Choice{"none", StatementErrors::kNone},
                                                      Choice{"server", StatementErrors::kServer},
                                                      Choice{"all", StatementErrors::kAll}};

// An enumeration's names alone.
template <class E>
inline constexpr auto kChoiceNames = [] {
    std::array<std::string_view, kChoices<E>.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = kChoices<E>[i].name;
    return names;
}();

// Whole numbers without sign "+", blanks or fractions, inside the setting's bounds.
std::optional<std::int64_t> parse_number(const Setting& setting, std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);
// Text of an allowed length without control characters; an address must be one.
bool acceptable_text(const Setting& setting, std::string_view text);
std::optional<Bytes> parse_size(const Setting& setting, std::string_view text);
// From 0 to 1, without exponent: "0.25".
std::optional<double> parse_share(std::string_view text);
std::string share_text(double share);

// Codec<T>: kKind, parse() (nullopt: not acceptable) and format().
template <class T>
struct Codec {
    static_assert(std::is_enum_v<T> && !kChoices<T>.empty(), "no Codec for this type of setting");
    static constexpr Kind kKind = Kind::kChoice;
    static std::optional<T> parse(const Setting&, std::string_view text) {
        for (const Choice<T>& choice : kChoices<T>) {
            if (choice.name == text) return choice.value;
        }
        return std::nullopt;
    }
    static std::string format(T value) {
        for (const Choice<T>& choice : kChoices<T>) {
            if (choice.value == value) return std::string(choice.name);
        }
        return {};
    }
};

template <>
struct Codec<std::string> {
    static constexpr Kind kKind = Kind::kText;
    static std::optional<std::string> parse(const Setting& setting, std::string_view text) {
        return acceptable_text(setting, text) ? std::optional(std::string(text)) : std::nullopt;
    }
    static std::string format(const std::string& value) { return value; }
};

template <>
struct Codec<Secret> {
    static constexpr Kind kKind = Kind::kSecret;
    static std::optional<Secret> parse(const Setting& setting, std::string_view text) {
        return acceptable_text(setting, text) ? std::optional(Secret(std::string(text))) : std::nullopt;
    }
    static std::string format(const Secret& value) { return std::string(value.reveal()); }
};

template <>
struct Codec<bool> {
    static constexpr Kind kKind = Kind::kBoolean;
    static std::optional<bool> parse(const Setting&, std::string_view text) { return parse_boolean(text); }
    static std::string format(bool value) { return value ? "true" : "false"; }
};

template <>
struct Codec<int> {
    static constexpr Kind kKind = Kind::kNumber;
    static std::optional<int> parse(const Setting& setting, std::string_view text) {
        const std::optional<std::int64_t> number = parse_number(setting, text);
        if (!number || *number > std::numeric_limits<int>::max()) return std::nullopt;
        return static_cast<int>(*number);
    }
    static std::string format(int value) { return std::to_string(value); }
};

template <>
struct Codec<std::chrono::seconds> {
    static constexpr Kind kKind = Kind::kSeconds;
    static std::optional<std::chrono::seconds> parse(const Setting& setting, std::string_view text) {
        const std::optional<std::int64_t> number = parse_number(setting, text);
        return number ? std::optional(std::chrono::seconds(*number)) : std::nullopt;
    }
    static std::string format(std::chrono::seconds value) { return std::to_string(value.count()); }
};

template <>
struct Codec<Bytes> {
    static constexpr Kind kKind = Kind::kSize;
    static std::optional<Bytes> parse(const Setting& setting, std::string_view text) {
        return parse_size(setting, text);
    }
    static std::string format(Bytes value) { return to_text(value); }
};

template <>
struct Codec<double> {
    static constexpr Kind kKind = Kind::kShare;
    static std::optional<double> parse(const Setting&, std::string_view text) { return parse_share(text); }
    static std::string format(double value) { return share_text(value); }
};

template <>
struct Codec<std::optional<double>> {
    static constexpr Kind kKind = Kind::kOptionalShare;
    static std::optional<std::optional<double>> parse(const Setting&, std::string_view text) {
        if (text.empty()) return std::optional<double>();
        const std::optional<double> share = parse_share(text);
        return share ? std::optional(share) : std::nullopt;
    }
    static std::string format(std::optional<double> value) { return value ? share_text(*value) : std::string(); }
};

}  // namespace smew::config
