#pragma once
// Text inside XML and HTML, also in their attributes.

#include <string>
#include <string_view>

namespace smew {

inline std::string xml_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                // XML knows no other control characters.
                if (static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t') out += c;
        }
    }
    return out;
}

}  // namespace smew
