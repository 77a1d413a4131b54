#include "http/endpoints.hpp"
#include "http/route_groups.hpp"
#include "http/schemas.hpp"

namespace smew::http {

std::vector<Field> paging(std::string_view default_limit, std::int64_t most) {
    return {{.name = "limit",
             .type = FieldType::kInteger,
             .doc = "Entries of the page.",
             .least = 1,
             .most = most,
             .default_text = default_limit},
            {.name = "offset",
             .type = FieldType::kInteger,
             .doc = "Entries to leave out.",
             .least = 0,
             .most = 1'000'000'000,
             .default_text = "0"}};
}

void add_service(Routes& routes) {
    const auto route = [&](std::string_view pattern, std::string_view id, std::string_view summary, Endpoint endpoint) {
        return Route("GET", pattern, Access::kPublic, id, summary, endpoint);
    };
    routes.push_back(route("/", "getService", "What answers here", endpoints::service).gives(schemas::service));
    routes.push_back(
        route("/health", "getHealth", "Whether smew and what it needs are well; 503 when not", endpoints::health)
            .gives(schemas::health));
    routes.push_back(route("/health/live", "getLiveness", "Whether the process answers", endpoints::health_live)
                         .gives(schemas::liveness));
    routes.push_back(route("/health/ready", "getReadiness", "Whether requests should be sent here; 503 when not",
                           endpoints::health_ready)
                         .gives(schemas::health));
    routes.push_back(Route("GET", "/health/detail", Access::kAdmin, "getHealthDetail",
                           "How each component is, with numbers", endpoints::health_detail)
                         .gives(schemas::health_detail));
    routes.push_back(route("/metrics", "getMetrics", "Prometheus metrics", endpoints::metrics)
                         .gives_text("text/plain; version=0.0.4"));
    routes.push_back(route("/openapi.json", "getOpenApi", "This API as OpenAPI 3.1", endpoints::openapi)
                         .gives_text("application/json"));
    routes.push_back(route("/docs", "getDocs", "This API as a page", endpoints::docs).gives_text("text/html"));
}

const std::vector<Route>& route_table() {
    static const Routes kRoutes = [] {
        Routes routes;
        add_service(routes);
        add_projects(routes);
        add_keys(routes);
        add_buckets(routes);
        add_tables(routes);
        add_columns(routes);
        add_transfer(routes);
        add_files(routes);
        add_workspaces(routes);
        add_statements(routes);
        add_conversations(routes);
        add_observation(routes);
        add_pages(routes);
        add_alerts(routes);
        add_queries(routes);
        return routes;
    }();
    return kRoutes;
}

}  // namespace smew::http
