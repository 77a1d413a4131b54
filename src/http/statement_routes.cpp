#include "http/endpoints.hpp"
#include "http/route_groups.hpp"
#include "http/schemas.hpp"

namespace smew::http {

void add_statements(Routes& routes) {
    routes.push_back(Route("POST", "/projects/{project}/workspaces/{workspace}/query", Access::kWorkspace, "runQuery",
                           "Run one statement and stream its result as lines of JSON", endpoints::run_query)
                         .takes(schemas::query_run)
                         .gives_text("application/x-ndjson")
                         .waits());
    routes.push_back(Route("DELETE", "/projects/{project}/workspaces/{workspace}/queries/{query}", Access::kWorkspace,
                           "cancelQuery", "Cancel a statement of the query operation", endpoints::cancel_query)
                         .gives(schemas::query_cancelled));
    routes.push_back(Route("GET", "/whoami", Access::kAnyone, "whoAmI", "Whose the credentials of this request are",
                           endpoints::whoami)
                         .gives(schemas::caller));
}

}  // namespace smew::http
