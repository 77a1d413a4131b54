#pragma once
// Request targets: path segments and query, decoded once and strictly (RFC 3986, 3.3 and 3.4).

#include "core/error.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace smew::http {

struct Target {
    std::string path;                   // as sent
    std::vector<std::string> segments;  // decoded; "/a//b" has an empty one, "/" has none
    NamedTexts query;                   // decoded, "+" is a blank
};

// 22023 for a broken escape, a control character or text that is not UTF-8, also when written as an escape.
Result<Target> parse_target(std::string_view target);

// Escapes everything but unreserved characters: for a component of a URL.
std::string percent_encode(std::string_view text);

bool valid_utf8(std::string_view text);

}  // namespace smew::http
