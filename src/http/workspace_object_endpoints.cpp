#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/sql_text.hpp"
#include "http/workspace_load.hpp"
#include "http/workspace_view.hpp"
#include "telemetry/log.hpp"

#include <algorithm>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

std::string drop_sql(const WorkspaceObject& object) {
    return std::string(object.view ? "DROP VIEW main." : "DROP TABLE main.") + quote_identifier(object.name);
}

// Views before tables; what refuses because another object needs it gets another turn once that is gone.
void drop_all(const catalog::Workspace& workspace, std::vector<WorkspaceObject> objects, Context& context) {
    std::stable_partition(objects.begin(), objects.end(), [](const WorkspaceObject& object) { return object.view; });
    while (!objects.empty()) {
        std::optional<Error> last;
        const std::size_t before = objects.size();
        std::erase_if(objects, [&](const WorkspaceObject& object) {
            const Result<fleet::Rows> dropped =
                context.fleet.execute(workspace, drop_sql(object), kInternalStatementTimeout);
            if (!dropped) last = dropped.error();
            return dropped.has_value();
        });
        if (objects.size() == before) throw ErrorException(*last);
    }
}

}  // namespace

Response clear_workspace(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_live_workspace(request, context);
    std::vector<WorkspaceObject> objects = workspace_objects(workspace, context).value();
    const std::size_t count = objects.size();
    drop_all(workspace, std::move(objects), context);
    log::info("workspace_cleared", {{"workspace_id", workspace.id.value()},
                                    {"objects", count},
                                    {"by", request.caller.name()},
                                    {"request_id", request.request_id}});
    return no_content();
}

Response drop_object(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_live_workspace(request, context);
    const std::string& name = request.parameter("name");
    const std::vector<WorkspaceObject> objects = workspace_objects(workspace, context).value();
    const auto object = std::find_if(objects.begin(), objects.end(), [&](const auto& one) { return one.name == name; });
    if (object == objects.end()) fail(404, "object_not_found", "the workspace has no such table or view");
    context.fleet.execute(workspace, drop_sql(*object), kInternalStatementTimeout).value();
    return no_content();
}

Response load_workspace(const Request& request, Context& context) {
    const catalog::Workspace workspace = find_live_workspace(request, context);
    std::vector<LoadItem> items = read_load_items(request.body.at("tables"));
    LoadOutcome outcome = load_tables(workspace, items, context);
    if (outcome.loaded.empty()) fail_load(outcome);
    json::array failed;
    for (const LoadFailure& failure : outcome.failures) failed.push_back(render_failure(failure));
    return json_response(json::object{
        {"loaded", std::move(outcome.loaded)},
        {"failed", std::move(failed)},
        {"workspace_size_bytes", storage::directory_size(context.layout.workspace_dir(workspace.number)).count}});
}

}  // namespace smew::http::endpoints
