#include "http/endpoints.hpp"
#include "http/route_groups.hpp"
#include "http/schemas.hpp"

namespace smew::http {

namespace {

std::vector<Field> listing() {
    return {{.name = "limit",
             .type = FieldType::kInteger,
             .doc = "Most entries to return.",
             .least = 1,
             .most = 500,
             .default_text = "100"}};
}

}  // namespace

void add_alerts(Routes& routes) {
    routes.push_back(Route("GET", "/alerts", Access::kAdmin, "listAlerts", "The last alerts, the newest first",
                           endpoints::list_alerts)
                         .with(listing())
                         .gives(schemas::alert_list));
    routes.push_back(Route("GET", "/projects/{project}/alerts", Access::kProjectRead, "listProjectAlerts",
                           "The last alerts of one project, the newest first", endpoints::list_project_alerts)
                         .with(listing())
                         .gives(schemas::project_alert_list));
    routes.push_back(Route("GET", "/alerts/{alert}", Access::kAdmin, "getAlert", "One alert and its deliveries",
                           endpoints::get_alert)
                         .gives(schemas::alert));
    routes.push_back(Route("POST", "/alerts/test", Access::kAdmin, "sendTestAlert",
                           "Send a test alert to every webhook", endpoints::test_alert)
                         .gives(schemas::alert_sent, 202));
}

}  // namespace smew::http
