#include "telemetry/json_text.hpp"

#include "core/characters.hpp"

#include <algorithm>
#include <cstdint>

namespace smew::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";     // U+2026

// The code point at the front of `text` and its length in bytes; length 0 when these bytes are no UTF-8.
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t length = 0;
};

CodePoint front(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    CodePoint point{lead, character_length(text)};
    if (point.length > 1) point.value &= 0xFFU >> (point.length + 1);
    for (std::size_t i = 1; i < point.length; ++i) {
        point.value = (point.value << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    return point;
}

bool must_be_escaped(std::uint32_t value) {
    return value < 0x20 || (value >= 0x7F && value <= 0x9F) || value == 0x2028 || value == 0x2029;
}

void append_escape(std::string& out, std::uint32_t value) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(value >> shift) & 15U];
}

void append_code_point(std::string& out, const CodePoint& point, std::string_view bytes) {
    switch (point.value) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    if (must_be_escaped(point.value)) {
        append_escape(out, point.value);
    } else {
        out += bytes;
    }
}

// How many bytes at the front of `text` stand for themselves.
std::size_t plain(std::string_view text) {
    const auto stops = [](unsigned char c) { return c < 0x20 || c >= 0x7F || c == '"' || c == '\\'; };
    return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), stops) - text.begin());
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    std::size_t left = kMaxLoggedText;
    out += '"';
    while (!text.empty()) {
        if (const std::size_t many = plain(text.substr(0, left)); many > 0) {
            out.append(text.data(), many);
            text.remove_prefix(many);
            left -= many;
            continue;
        }
        const CodePoint point = front(text);
        const std::size_t taken = point.length == 0 ? 1 : point.length;
        if (taken > left) {
            out += kEllipsis;
            break;
        }
        if (point.length == 0) {
            out += kReplacement;
        } else {
            append_code_point(out, point, text.substr(0, taken));
        }
        text.remove_prefix(taken);
        left -= taken;
    }
    out += '"';
}

}  // namespace smew::telemetry
