// Statements: what is kept of them, and the slow ones.
#include "http/endpoints.hpp"
#include "http/route_groups.hpp"
#include "http/schemas.hpp"

namespace smew::http {
namespace {

std::vector<Field> newest_first(std::string_view default_limit) {
    return {{.name = "limit",
             .type = FieldType::kInteger,
             .doc = "Most entries to return.",
             .least = 1,
             .most = 1000,
             .default_text = default_limit},
            {.name = "before",
             .type = FieldType::kInteger,
             .doc = "Only entries before this one: next_before of the page before.",
             .least = 1}};
}

std::vector<Field> log_filters(bool of_all_projects) {
    const auto text = [](std::string_view name, std::string_view doc) {
        return Field{.name = name, .doc = doc, .least = 1, .most = 1000};
    };
    std::vector<Field> fields{text("workspace", "Of this workspace."),
                              text("session", "Of this session."),
                              text("user", "Of this user."),
                              {.name = "status", .one_of = {"success", "error", "timeout", "cancelled"}},
                              text("query_hash", "With this hash."),
                              text("contains", "Whose text contains this, in upper or lower case."),
                              {.name = "since", .doc = "Begun then or later, ISO 8601.", .least = 10, .most = 40},
                              {.name = "until", .doc = "Begun before, ISO 8601.", .least = 10, .most = 40},
                              {.name = "min_duration_ms", .type = FieldType::kInteger, .least = 0},
                              {.name = "slow", .type = FieldType::kBoolean}};
    if (of_all_projects) fields.insert(fields.begin(), text("project", "Of this project."));
    return fields;
}

}  // namespace

void add_queries(Routes& routes) {
    namespace e = endpoints;
    namespace s = schemas;
    routes.push_back(Route("GET", "/slow-queries", Access::kAdmin, "listSlowQueries",
                           "The last slow statements of all projects, the newest first", e::list_slow_queries)
                         .with(newest_first("100"))
                         .gives(s::slow_query_list));
    routes.push_back(Route("GET", "/projects/{project}/slow-queries", Access::kProjectRead, "listProjectSlowQueries",
                           "The last slow statements of a project, with their plans", e::list_project_slow_queries)
                         .with(newest_first("100"))
                         .gives(s::slow_query_list));
    routes.push_back(Route("GET", "/query-log", Access::kAdmin, "searchQueryLog",
                           "The statements of all projects, the newest first", e::search_query_log)
                         .with(log_filters(true))
                         .with(newest_first("100"))
                         .gives(s::query_log_page)
                         .waits());
    routes.push_back(Route("GET", "/projects/{project}/query-log", Access::kProjectRead, "searchProjectQueryLog",
                           "The statements of a project, the newest first", e::search_project_query_log)
                         .with(log_filters(false))
                         .with(newest_first("100"))
                         .gives(s::query_log_page)
                         .waits());
    routes.push_back(
        Route("GET", "/query-audit", Access::kAdmin, "getQueryAudit", "What is kept of statements", e::get_query_audit)
            .gives(s::query_audit));
    routes.push_back(Route("PATCH", "/query-audit", Access::kAdmin, "changeQueryAudit",
                           "Change what is kept of statements, at once", e::change_query_audit)
                         .takes(s::query_audit_change)
                         .gives(s::query_audit));
}

}  // namespace smew::http
