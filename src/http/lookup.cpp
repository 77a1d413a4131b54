#include "http/lookup.hpp"

#include "http/problem.hpp"

#include <algorithm>

namespace smew::http {

catalog::Project find_project(const Request& request, Context& context) {
    return or_fail(context.store.project(request.project()), "project");
}

catalog::Bucket find_bucket(const Request& request, Context& context) {
    return or_fail(context.store.bucket(request.project(), request.parameter("bucket")), "bucket");
}

TablePlace find_table(const Request& request, Context& context) {
    TablePlace place{.project = find_project(request, context), .bucket = find_bucket(request, context), .table = {}};
    place.table =
        or_fail(context.store.table(place.project.id, place.bucket.schema, request.parameter("table")), "table");
    return place;
}

std::string lock_name(const ProjectId& project, std::string_view schema, std::string_view table) {
    std::string name = project.value();
    name.append("/").append(schema).append("/").append(table);
    return name;
}

const link::ColumnSpec* find_column(const catalog::Table& table, std::string_view name) {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const link::ColumnSpec& column) { return column.name == name; });
    return found == table.columns.end() ? nullptr : &*found;
}

void require_columns(const catalog::Table& table, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (find_column(table, name) != nullptr) continue;
        fail(400, "column_not_found", "the table has no column \"" + name + "\"", {{"column", name}});
    }
}

catalog::Workspace find_workspace(const Request& request, Context& context) {
    (void)find_project(request, context);
    return or_fail(context.store.workspace(request.project(), WorkspaceId(request.parameter("workspace"))),
                   "workspace");
}

bool is_expired(const catalog::Workspace& workspace, const Context& context) {
    return workspace.status == "expired" || (workspace.expires_at && *workspace.expires_at <= context.clock.now());
}

catalog::Workspace find_live_workspace(const Request& request, Context& context) {
    catalog::Workspace workspace = find_workspace(request, context);
    if (!is_expired(workspace, context)) return workspace;
    fail(410, "workspace_expired", "the workspace has expired",
         {{"workspace_id", workspace.id.value()},
          {"expired_at", to_iso8601(workspace.expires_at.value_or(WallTime{}))}});
}

Page page_of(const Request& request, std::size_t total) {
    const std::size_t begin = std::min<std::size_t>(request.number("offset"), total);
    return {begin, begin + std::min<std::size_t>(request.number("limit"), total - begin)};
}

std::vector<std::string> split_names(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        std::string_view name = text.substr(0, text.find(','));
        text.remove_prefix(std::min(name.size() + 1, text.size()));
        name.remove_prefix(std::min(name.find_first_not_of(" \t"), name.size()));
        name = name.substr(0, name.find_last_not_of(" \t") + 1);
        if (!name.empty()) names.emplace_back(name);
    }
    return names;
}

}  // namespace smew::http
