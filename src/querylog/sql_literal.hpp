#pragma once
// Text as a literal of SQL. Internal to querylog/.

#include <string>
#include <string_view>

namespace smew::querylog {

inline std::string literal(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\0') continue;  // which no text of the engine holds
        quoted += c;
        if (c == '\'') quoted += c;
    }
    return quoted + "'";
}

}  // namespace smew::querylog
