#include "http/endpoints.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "telemetry/log.hpp"

#include <boost/json/serialize.hpp>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

std::optional<std::string> settings_text(const json::value& body) {
    const json::value* settings = member_of(body, "settings");
    if (settings == nullptr) return std::nullopt;
    return json::serialize(*settings);
}

}  // namespace

Response create_project(const Request& request, Context& context) {
    const ProjectId id(text_of(request.body, "id").value());
    if (Result<void> fine = catalog::check_project_id(id.value()); !fine) fail_field("id", fine.error().message);
    const auth::NewApiKey key = auth::make_api_key();
    const catalog::Project project =
        or_fail(context.store.create_project(id, text_of(request.body, "name").value_or(id.value()),
                                             text_of(request.body, "description").value_or(""),
                                             settings_text(request.body).value_or("{}"), key),
                "project");
    if (Result<void> made = context.layout.make_project(project.number); !made) {
        (void)context.store.delete_project(id);
        throw ProblemException(problem_of(made.error()));
    }
    log::info("project_created", {{"project_id", id.value()}, {"request_id", request.request_id}});
    json::object body = render(project);
    body["api_key"] = key.key.reveal();
    Response response = json_response(body, 201);
    response.headers.emplace_back("Location", "/projects/" + id.value());
    return response;
}

Response list_projects(const Request& request, Context& context) {
    const catalog::Store::ProjectPage page = context.store.projects(request.number("limit"), request.number("offset"));
    json::array projects;
    for (const catalog::Project& project : page.projects) projects.push_back(render(project));
    return json_response(json::object{{"projects", std::move(projects)}, {"total", page.total}});
}

Response get_project(const Request& request, Context& context) {
    return json_response(render(find_project(request, context)));
}

Response update_project(const Request& request, Context& context) {
    const catalog::Project project =
        or_fail(context.store.update_project(request.project(), text_of(request.body, "name"),
                                             text_of(request.body, "description"), settings_text(request.body)),
                "project");
    return json_response(render(project));
}

Response delete_project(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    const std::vector<catalog::Workspace> workspaces = or_fail(context.store.workspaces(project.id), "project");
    // Rows first: from then on nobody can log in, and no load can publish.
    or_fail(context.store.delete_project(project.id), "project");
    for (const catalog::Workspace& workspace : workspaces) {
        context.fleet.end_worker(workspace.id, CancelReason::kExpired);
        context.layout.remove_workspace(workspace.number);
    }
    context.fleet.catalog_changed(project.id);
    context.layout.remove_project(project.number);
    log::info("project_deleted", {{"project_id", project.id.value()}, {"request_id", request.request_id}});
    return no_content();
}

Response project_stats(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    return json_response(json::object{{"id", project.id.value()},
                                      {"size_bytes", project.size_bytes},
                                      {"table_count", project.table_count},
                                      {"bucket_count", project.bucket_count}});
}

}  // namespace smew::http::endpoints
