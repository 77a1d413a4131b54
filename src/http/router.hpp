#pragma once
// From method and path to a route of the table. Knows the spellings of a path: with and without /api/v1, with and
// without /branches/{branch} behind the project.

#include "http/route.hpp"
#include "http/url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::http {

struct Match {
    const Route* route = nullptr;  // null: no such path, or not with this method
    NamedTexts parameters;
    std::optional<std::string> branch;      // the path named one
    std::vector<std::string_view> allowed;  // methods of the path, when the method was the only thing wrong
};

Match match(std::string_view method, std::vector<std::string> segments);

}  // namespace smew::http
