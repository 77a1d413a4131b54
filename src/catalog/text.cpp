#include "catalog/text.hpp"

#include <algorithm>
#include <cstdint>

namespace smew::catalog {
namespace {

constexpr std::size_t kMaxQuotedBytes = 80;

struct Lead {
    std::size_t length;  // bytes of the sequence
    std::uint8_t low,
        high;  // bounds of its second byte: they exclude long forms, surrogates and what is above U+10FFFF
};

// Table 3-7 of the Unicode standard, "Well-Formed UTF-8 Byte Sequences". Length 0: no lead byte.
Lead lead_of(std::uint8_t byte) {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3, 0x80, 0xBF};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4, 0x80, 0xBF};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

// The length of the well-formed sequence at the front of `text`, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
    const Lead lead = lead_of(static_cast<std::uint8_t>(text.front()));
    if (lead.length == 0 || lead.length > text.size()) return 0;
    for (std::size_t i = 1; i < lead.length; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        const std::uint8_t low = i == 1 ? lead.low : 0x80;
        const std::uint8_t high = i == 1 ? lead.high : 0xBF;
        if (byte < low || byte > high) return 0;
    }
    return lead.length;
}

bool is_control(std::string_view sequence) {
    const auto first = static_cast<std::uint8_t>(sequence.front());
    if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
    return first == 0xC2 && static_cast<std::uint8_t>(sequence[1]) < 0xA0;  // U+0080 to U+009F
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Error bad_text(std::string_view what, std::string_view problem) {
    return {.code = sqlstate::kInvalidParameterValue, .message = std::string(what) + " " + std::string(problem)};
}

}  // namespace

bool is_ascii_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_ascii_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string ascii_lower(std::string_view text) {
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), lower);
    return lowered;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::ptrdiff_t count_characters(std::string_view text) {
    std::ptrdiff_t count = 0;
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) return -1;
        text.remove_prefix(length);
        ++count;
    }
    return count;
}

bool has_control_characters(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(sequence_length(text), 1);
        if (is_control(text.substr(0, length))) return true;
        text.remove_prefix(length);
    }
    return false;
}

std::string in_quotes(std::string_view name) {
    std::string out = "\"";
    while (!name.empty()) {
        const std::size_t length = sequence_length(name);
        if (out.size() + length > kMaxQuotedBytes) return out + "…\"";
        const bool shown = length > 0 && !is_control(name.substr(0, length));
        out += shown ? name.substr(0, length) : std::string_view("?");
        name.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out + "\"";
}

Result<void> check_text(std::string_view what, std::string_view text, std::size_t max_bytes) {
    if (text.size() > max_bytes) return bad_text(what, "is longer than " + std::to_string(max_bytes) + " bytes");
    if (count_characters(text) < 0) return bad_text(what, "is not valid UTF-8");
    if (text.find('\0') != std::string_view::npos) return bad_text(what, "holds a zero byte");
    return {};
}

Result<void> check_title(std::string_view what, std::string_view text) {
    if (auto checked = check_text(what, text, kMaxTitleBytes); !checked) return checked;
    if (has_control_characters(text)) return bad_text(what, "holds a control character");
    return {};
}

}  // namespace smew::catalog
