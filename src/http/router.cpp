#include "http/router.hpp"

#include <algorithm>

namespace smew::http {
namespace {

// {"a", "{b}"} of "/a/{b}".
std::vector<std::string_view> split(std::string_view pattern) {
    std::vector<std::string_view> parts;
    while (pattern.size() > 1) {
        pattern.remove_prefix(1);
        parts.push_back(pattern.substr(0, pattern.find('/')));
        pattern.remove_prefix(parts.back().size());
    }
    return parts;
}

struct SplitRoute {
    const Route* route;
    std::vector<std::string_view> parts;
};

const std::vector<SplitRoute>& split_routes() {
    static const std::vector<SplitRoute> kRoutes = [] {
        std::vector<SplitRoute> routes;
        for (const Route& route : route_table()) routes.push_back({&route, split(route.pattern)});
        return routes;
    }();
    return kRoutes;
}

bool fits(const std::vector<std::string_view>& parts, const std::vector<std::string>& segments) {
    return std::equal(parts.begin(), parts.end(), segments.begin(), segments.end(),
                      [](std::string_view part, const std::string& segment) {
                          return part.starts_with('{') ? !segment.empty() : part == segment;
                      });
}

NamedTexts parameters_of(const std::vector<std::string_view>& parts, const std::vector<std::string>& segments) {
    NamedTexts parameters;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!parts[i].starts_with('{')) continue;
        parameters.emplace_back(parts[i].substr(1, parts[i].size() - 2), segments[i]);
    }
    return parameters;
}

// Removes what only spells a path in another way.
std::optional<std::string> normalise(std::vector<std::string>& segments) {
    if (segments.size() >= 2 && segments[0] == "api" && segments[1] == "v1") {
        segments.erase(segments.begin(), segments.begin() + 2);
    }
    if (segments.size() < 5 || segments[0] != "projects" || segments[2] != "branches") return std::nullopt;
    std::string branch = segments[3];
    segments.erase(segments.begin() + 2, segments.begin() + 4);
    return branch;
}

}  // namespace

std::string_view to_text(Access access) {
    switch (access) {
        case Access::kPublic:
            return "public";
        case Access::kAnyone:
            return "anyone";
        case Access::kWorkspace:
            return "workspace";
        case Access::kAdmin:
            return "admin";
        case Access::kProjectRead:
            return "project_read";
        case Access::kProjectAdmin:
            return "project_admin";
    }
    return "";
}

Match match(std::string_view method, std::vector<std::string> segments) {
    Match found;
    found.branch = normalise(segments);
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const SplitRoute& entry : split_routes()) {
        if (!fits(entry.parts, segments)) continue;
        if (entry.route->method == wanted) {
            found.route = entry.route;
            found.parameters = parameters_of(entry.parts, segments);
            found.allowed.clear();
            return found;
        }
        if (std::find(found.allowed.begin(), found.allowed.end(), entry.route->method) == found.allowed.end()) {
            found.allowed.push_back(entry.route->method);
        }
    }
    return found;
}

}  // namespace smew::http
