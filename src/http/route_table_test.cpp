#include "http/openapi.hpp"
#include "http/router.hpp"
#include "http/schemas.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace smew::http {
namespace {

namespace json = boost::json;
using Segments = std::vector<std::string>;

TEST(Router, PathsHaveSeveralSpellings) {
    const Match plain = match("GET", {"projects", "p", "buckets", "b"});
    ASSERT_NE(plain.route, nullptr);
    EXPECT_EQ(plain.route->id, "getBucket");
    EXPECT_EQ(plain.parameters, (NamedTexts{{"project", "p"}, {"bucket", "b"}}));
    EXPECT_EQ(match("GET", {"api", "v1", "projects", "p", "buckets", "b"}).route, plain.route);
    const Match branch = match("GET", {"projects", "p", "branches", "dev", "buckets", "b"});
    EXPECT_EQ(branch.route, plain.route);
    EXPECT_EQ(branch.branch, "dev");
    EXPECT_EQ(match("HEAD", {"health"}).route, match("GET", {"health"}).route);
}

TEST(Router, WhatDoesNotFit) {
    EXPECT_EQ(match("GET", {"nothing"}).route, nullptr);
    EXPECT_TRUE(match("GET", {"nothing"}).allowed.empty());
    const Match wrong = match("PATCH", {"projects"});
    EXPECT_EQ(wrong.route, nullptr);
    EXPECT_EQ(wrong.allowed, (std::vector<std::string_view>{"POST", "GET"}));
    EXPECT_EQ(match("GET", {"projects", "", "buckets"}).route, nullptr);
}

TEST(RouteTable, EveryRouteIsReachableAndUnique) {
    std::set<std::string_view> ids;
    for (const Route& route : route_table()) {
        Result<Target> target = parse_target(route.pattern == "/" ? "/" : std::string(route.pattern));
        ASSERT_TRUE(target);
        EXPECT_EQ(match(route.method, target->segments).route, &route) << route.pattern;
        EXPECT_TRUE(ids.insert(route.id).second) << route.id;
        EXPECT_FALSE(route.summary.empty());
        EXPECT_NE(route.endpoint, nullptr);
    }
}

bool tells_of_all_projects(const Route& route) {
    constexpr std::array kInstance{"/workspaces",   "/alerts",      "/usage",     "/workers", "/metrics/history",
                                   "/slow-queries", "/query-audit", "/query-log", "/settings"};
    return std::any_of(kInstance.begin(), kInstance.end(),
                       [&](const char* start) { return route.pattern.starts_with(start); });
}

// The rule, written down once more and independent of the table: reading a project takes a read key, everything that
// changes something an admin key; exporting is reading; keys are for admins' eyes. Statements in a workspace are its
// own user's too. What tells of all projects together is the instance admin's.
TEST(RouteTable, AccessLevelsFollowTheRule) {
    for (const Route& route : route_table()) {
        const bool in_project = route.pattern.starts_with("/projects/{project}");
        const bool keys = route.pattern.find("api-keys") != std::string_view::npos;
        const bool reading = route.method == "GET" || route.id == "exportFile";
        Access expected = reading && !keys ? Access::kProjectRead : Access::kProjectAdmin;
        const bool statements = route.id == "runQuery" || route.id == "cancelQuery";
        if (statements) expected = Access::kWorkspace;
        const bool of_the_server = route.pattern == "/health/detail" || route.pattern.starts_with("/debug/");
        const bool admins = route.pattern == "/projects" || tells_of_all_projects(route) || of_the_server;
        if (!in_project) expected = admins ? Access::kAdmin : Access::kPublic;
        if (route.id == "whoAmI" || route.pattern.starts_with("/pam/conversations")) expected = Access::kAnyone;
        EXPECT_EQ(to_text(route.access), to_text(expected)) << route.method << " " << route.pattern;
    }
}

void collect_references(const json::value& value, std::set<std::string>& found) {
    if (value.is_array()) {
        for (const json::value& item : value.as_array()) collect_references(item, found);
    } else if (value.is_object()) {
        for (const auto& [key, member] : value.as_object()) {
            if (key == "$ref")
                found.insert(std::string(member.as_string()));
            else
                collect_references(member, found);
        }
    }
}

TEST(OpenApi, AllReferencesLeadSomewhere) {
    const json::value document = openapi_document("1");
    std::set<std::string> references;
    collect_references(document, references);
    EXPECT_GT(references.size(), 30U);
    for (const std::string& reference : references) {
        boost::system::error_code error;
        ASSERT_TRUE(reference.starts_with("#/"));
        EXPECT_NE(document.find_pointer(reference.substr(1), error), nullptr) << reference;
    }
}

TEST(OpenApi, EveryRouteIsThereWithItsParameters) {
    const json::object document = openapi_document("1");
    EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
    const json::object& paths = document.at("paths").as_object();
    for (const Route& route : route_table()) {
        std::string method(route.method);
        std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::tolower(c); });
        ASSERT_TRUE(paths.contains(route.pattern)) << route.pattern;
        const json::object& operation = paths.at(route.pattern).at(method).as_object();
        EXPECT_EQ(operation.at("operationId").as_string(), route.id);
        EXPECT_EQ(operation.at("x-access-level").as_string(), to_text(route.access));
        const bool other_credentials = route.access == Access::kWorkspace || route.access == Access::kAnyone;
        EXPECT_EQ(operation.contains("security"), route.access == Access::kPublic || other_credentials);
        EXPECT_EQ(operation.contains("requestBody"), route.body != BodyKind::kNone);
        EXPECT_TRUE(operation.at("responses").as_object().contains(std::to_string(route.status)));
        const auto placeholders = std::count(route.pattern.begin(), route.pattern.end(), '{');
        EXPECT_GE(operation.at("parameters").as_array().size(),
                  route.query.size() + static_cast<std::size_t>(placeholders));
    }
}

TEST(OpenApi, SchemasHaveNamesOfTheirOwnAndAreAllListed) {
    std::set<const Schema*> listed(schemas::all().begin(), schemas::all().end());
    std::set<std::string_view> names;
    for (const Schema* schema : schemas::all()) EXPECT_TRUE(names.insert(schema->name).second) << schema->name;
    for (const Route& route : route_table()) {
        EXPECT_TRUE(route.reply == nullptr || listed.contains(route.reply)) << route.id;
        EXPECT_TRUE(route.request == nullptr || listed.contains(route.request)) << route.id;
    }
}

}  // namespace
}  // namespace smew::http
