#include "http/endpoints.hpp"
#include "http/route_groups.hpp"
#include "http/schemas.hpp"

namespace smew::http {
namespace {

std::vector<Field> history_range() {
    return {{.name = "range", .doc = "How far back.", .one_of = {"10m", "1h", "3h", "24h"}, .default_text = "1h"}};
}

std::vector<Field> profile_options() {
    return {{.name = "seconds",
             .type = FieldType::kInteger,
             .doc = "How long; profile_max_seconds at most.",
             .least = 1,
             .most = 3600,
             .default_text = "30"},
            {.name = "workspace", .doc = "Id of the workspace whose process is looked at; else it is the gateway."}};
}

}  // namespace

void add_observation(Routes& routes) {
    routes.push_back(Route("GET", "/debug/pprof/profile", Access::kAdmin, "getCpuProfile",
                           "A profile of CPU time for pprof; it is taken while the request waits",
                           endpoints::cpu_profile)
                         .with(profile_options())
                         .gives_text("application/octet-stream")
                         .waits());
    routes.push_back(Route("GET", "/metrics/history", Access::kAdmin, "getMetricsHistory",
                           "Throughput, latency, errors and memory over the last 24 hours", endpoints::metrics_history)
                         .with(history_range())
                         .gives(schemas::metrics_history));
    routes.push_back(Route("GET", "/projects/{project}/metrics/history", Access::kProjectRead,
                           "getProjectMetricsHistory", "The same of one project", endpoints::project_metrics_history)
                         .with(history_range())
                         .gives(schemas::metrics_history));
    routes.push_back(
        Route("GET", "/settings", Access::kAdmin, "listSettings", "The instance's settings", endpoints::list_settings)
            .gives(schemas::setting_list));
    routes.push_back(Route("PATCH", "/settings", Access::kAdmin, "changeSettings",
                           "Change limits of the instance, at once", endpoints::change_settings)
                         .takes(schemas::settings_change)
                         .gives(schemas::setting_list));
    routes.push_back(Route("GET", "/workers", Access::kAdmin, "listWorkers", "The worker processes and what they use",
                           endpoints::list_workers)
                         .gives(schemas::worker_list));
    routes.push_back(Route("GET", "/projects/{project}/workers", Access::kProjectRead, "listProjectWorkers",
                           "The project's worker processes and what they use", endpoints::list_project_workers)
                         .gives(schemas::worker_list));
}

}  // namespace smew::http
