#include "http/endpoints.hpp"
#include "http/lookup.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;
using WorkerInfo = fleet::Fleet::WorkerInfo;

json::object render(const WorkerInfo& worker, Context& context) {
    json::value id, name, memory_limit;
    if (worker.kind == link::WorkerKind::kWorkspace) {
        id = worker.workspace.value();
        if (const auto workspace = context.store.workspace(worker.project, worker.workspace)) {
            name = workspace->name;
            memory_limit = to_text(workspace->memory_limit);
        }
    }
    return {{"kind", worker.kind == link::WorkerKind::kWorkspace ? "workspace" : "loader"},
            {"project_id", worker.project.value()},
            {"workspace_id", std::move(id)},
            {"workspace_name", std::move(name)},
            {"state", worker.ready ? "ready" : "starting"},
            {"pid", worker.pid},
            {"sessions", worker.sessions},
            {"memory_bytes", worker.memory_bytes},
            {"memory_limit", std::move(memory_limit)},
            {"disk_bytes", worker.disk_bytes},
            {"size_limit_bytes", worker.size_limit.count},
            {"running_seconds", worker.running.count()}};
}

// `project`: null for all.
Response list(const ProjectId* project, Context& context) {
    json::array workers;
    for (const WorkerInfo& worker : context.fleet.workers()) {
        if (project == nullptr || worker.project == *project) workers.push_back(render(worker, context));
    }
    const std::size_t count = workers.size();
    return json_response(json::object{{"workers", std::move(workers)}, {"count", count}});
}

}  // namespace

Response list_workers(const Request&, Context& context) {
    return list(nullptr, context);
}

Response list_project_workers(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    return list(&project.id, context);
}

}  // namespace smew::http::endpoints
