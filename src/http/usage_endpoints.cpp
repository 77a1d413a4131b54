// What workspaces and the instance use.

#include "fleet/workspace_limits.hpp"
#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/render.hpp"

#include <algorithm>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

void add_totals(json::object& body, const fleet::QueryTotals& totals, WallTime since) {
    body["queries"] = json::object{{"success", totals.success},
                                   {"error", totals.error},
                                   {"timeout", totals.timeout},
                                   {"cancelled", totals.cancelled},
                                   {"total", totals.all()}};
    body["rows_sent"] = totals.rows;
    body["bytes_sent"] = totals.bytes;
    body["query_milliseconds"] = totals.duration_us / 1000;
    body["since"] = to_iso8601(since);
}

}  // namespace

Response workspace_usage(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_workspace(request, context);
    const link::WorkspaceLimits limits = fleet::limits_of(workspace, *context.live.now());
    const fleet::WorkspaceUsage usage = context.fleet.usage(workspace.id);
    // Without a worker nothing changes, and what its directory holds is what counts.
    const std::uint64_t disk =
        usage.open ? usage.disk_bytes : storage::directory_size(context.layout.workspace_dir(workspace.number)).count;
    json::object body{{"workspace_id", workspace.id.value()},
                      {"project_id", workspace.project.value()},
                      {"open", usage.open},
                      {"memory_bytes", usage.memory_bytes},
                      {"memory_granted_bytes", usage.memory_granted_bytes},
                      {"memory_limit_bytes", limits.memory.count},
                      {"disk_bytes", disk},
                      {"disk_limit_bytes", limits.size.count},
                      {"temp_bytes", usage.temp_bytes},
                      {"temp_limit_bytes", limits.temp.count},
                      {"sessions", usage.sessions},
                      {"running_queries", usage.running},
                      {"waiting_queries", usage.waiting},
                      {"max_concurrent_queries", limits.max_concurrent_queries}};
    add_totals(body, usage.queries, usage.since);
    return json_response(std::move(body));
}

Response instance_usage(const Request&, Context& context) {
    const fleet::Fleet::Totals totals = context.fleet.totals();
    const catalog::Store::Counts counts = context.store.counts();
    json::object body{{"open_workspaces", totals.workers},
                      {"loaders", totals.loaders},
                      {"sessions", totals.sessions},
                      {"running_queries", totals.running},
                      {"waiting_queries", totals.waiting},
                      {"memory_bytes", totals.memory_bytes},
                      {"memory_granted_bytes", totals.memory_granted_bytes},
                      {"memory_limit_bytes", totals.memory_limit_bytes},
                      {"disk_bytes", totals.disk_bytes},
                      {"temp_bytes", totals.temp_bytes},
                      {"storage", json::object{{"tables", counts.tables_bytes},
                                               {"files", counts.files_bytes},
                                               {"workspaces", context.workspaces_bytes()}}}};
    add_totals(body, totals.queries, totals.since);
    return json_response(std::move(body));
}

}  // namespace smew::http::endpoints
