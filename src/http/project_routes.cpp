#include "http/endpoints.hpp"
#include "http/route_groups.hpp"
#include "http/schemas.hpp"

namespace smew::http {
namespace {

using enum FieldType;
namespace s = schemas;
namespace e = endpoints;

constexpr std::string_view kProject = "/projects/{project}";

}  // namespace

void add_projects(Routes& routes) {
    const std::string_view p = kProject;
    routes.push_back(Route("POST", "/projects", Access::kAdmin, "createProject", "Create a project and its first key",
                           e::create_project)
                         .takes(s::project_create)
                         .gives(s::project_created, 201));
    routes.push_back(Route("GET", "/projects", Access::kAdmin, "listProjects", "List projects", e::list_projects)
                         .with(paging("100", 1000))
                         .gives(s::project_list));
    routes.push_back(
        Route("GET", p, Access::kProjectRead, "getProject", "Get a project", e::get_project).gives(s::project));
    for (const auto& [method, id] : {std::pair("PUT", "replaceProject"), std::pair("PATCH", "updateProject")}) {
        routes.push_back(
            Route(method, p, Access::kProjectAdmin, id, "Change name, description or settings", e::update_project)
                .takes(s::project_update)
                .gives(s::project));
    }
    routes.push_back(Route("DELETE", p, Access::kProjectAdmin, "deleteProject",
                           "Delete a project and all that is in it", e::delete_project)
                         .gives_nothing()
                         .waits());
    routes.push_back(Route("GET", "/projects/{project}/stats", Access::kProjectRead, "getProjectStats",
                           "Sizes and counts", e::project_stats)
                         .gives(s::project_stats));
}

void add_keys(Routes& routes) {
    const std::string_view all = "/projects/{project}/api-keys", one = "/projects/{project}/api-keys/{key}";
    routes.push_back(Route("POST", all, Access::kProjectAdmin, "createApiKey", "Create an API key", e::create_key)
                         .takes(s::key_create)
                         .gives(s::key_created, 201));
    routes.push_back(
        Route("GET", all, Access::kProjectAdmin, "listApiKeys", "List keys that are not revoked", e::list_keys)
            .gives(s::key_list));
    routes.push_back(
        Route("GET", one, Access::kProjectAdmin, "getApiKey", "Get a key's description", e::get_key).gives(s::key));
    routes.push_back(Route("DELETE", one, Access::kProjectAdmin, "revokeApiKey",
                           "Revoke a key; the last project_admin key stays", e::revoke_key)
                         .gives_nothing());
    routes.push_back(Route("POST", "/projects/{project}/api-keys/{key}/rotate", Access::kProjectAdmin, "rotateApiKey",
                           "Revoke a key and make another like it", e::rotate_key)
                         .gives(s::key_created, 201));
}

void add_files(Routes& routes) {
    const std::string_view all = "/projects/{project}/files", one = "/projects/{project}/files/{file}";
    routes.push_back(Route("POST", "/projects/{project}/files/prepare", Access::kProjectAdmin, "prepareFile",
                           "Announce an upload", e::prepare_file)
                         .takes(s::file_prepare)
                         .gives(s::file_prepared));
    routes.push_back(Route("POST", "/projects/{project}/files/upload/{upload_key}", Access::kProjectAdmin, "uploadFile",
                           "Send the content", e::upload_file)
                         .takes_file("multipart/form-data with a part \"file\", or the content itself.")
                         .gives(s::file_uploaded));
    routes.push_back(
        Route("POST", all, Access::kProjectAdmin, "registerFile", "Keep an uploaded file", e::register_file)
            .takes(s::file_register)
            .gives(s::file, 201));
    std::vector<Field> listing = paging("100", 1000);
    listing.push_back(
        {.name = "include_staged", .type = kBoolean, .doc = "Also those not registered yet.", .default_text = "false"});
    routes.push_back(Route("GET", all, Access::kProjectRead, "listFiles", "List files", e::list_files)
                         .with(std::move(listing))
                         .gives(s::file_list));
    routes.push_back(
        Route("GET", one, Access::kProjectRead, "getFile", "Get a file's description", e::get_file).gives(s::file));
    routes.push_back(Route("GET", "/projects/{project}/files/{file}/download", Access::kProjectRead, "downloadFile",
                           "Get a file's content", e::download_file)
                         .gives_text("application/octet-stream"));
    routes.push_back(
        Route("DELETE", one, Access::kProjectAdmin, "deleteFile", "Delete a file", e::delete_file).gives_nothing());
}

void add_workspaces(Routes& routes) {
    routes.push_back(
        Route("GET", "/usage", Access::kAdmin, "getUsage", "What all workspaces use together", e::instance_usage)
            .gives(s::instance_usage));
    const std::string_view all = "/projects/{project}/workspaces", one = "/projects/{project}/workspaces/{workspace}";
    routes.push_back(Route("POST", all, Access::kProjectAdmin, "createWorkspace",
                           "Create a workspace; its password is shown only here", e::create_workspace)
                         .takes(s::workspace_create)
                         .gives(s::workspace, 201)
                         .waits());
    routes.push_back(Route("GET", all, Access::kProjectRead, "listWorkspaces", "List workspaces, expired ones too",
                           e::list_workspaces)
                         .with(paging("100", 1000))
                         .gives(s::workspace_list));
    routes.push_back(Route("GET", "/workspaces", Access::kAdmin, "listAllWorkspaces",
                           "List the workspaces of all projects, expired ones too", e::list_all_workspaces)
                         .with(paging("100", 1000))
                         .gives(s::workspace_list));
    routes.push_back(
        Route("GET", one, Access::kProjectRead, "getWorkspace", "Get a workspace and what is in it", e::get_workspace)
            .gives(s::workspace_detail)
            .waits());
    routes.push_back(Route("GET", "/projects/{project}/workspaces/{workspace}/usage", Access::kProjectRead,
                           "getWorkspaceUsage", "What a workspace uses of what it may", e::workspace_usage)
                         .gives(s::workspace_usage));
    routes.push_back(Route("PATCH", one, Access::kProjectAdmin, "updateWorkspace", "Rename, extend, change limits",
                           e::update_workspace)
                         .takes(s::workspace_update)
                         .gives(s::workspace));
    routes.push_back(Route("DELETE", one, Access::kProjectAdmin, "deleteWorkspace",
                           "End its sessions and delete a workspace", e::delete_workspace)
                         .gives_nothing()
                         .waits());
    routes.push_back(Route("POST", "/projects/{project}/workspaces/{workspace}/clear", Access::kProjectAdmin,
                           "clearWorkspace", "Drop all its tables and views", e::clear_workspace)
                         .gives_nothing()
                         .waits());
    routes.push_back(Route("POST", "/projects/{project}/workspaces/{workspace}/load", Access::kProjectAdmin,
                           "loadWorkspace", "Copy project tables into a workspace", e::load_workspace)
                         .takes(s::workspace_load)
                         .gives(s::load_result)
                         .waits());
    routes.push_back(Route("DELETE", "/projects/{project}/workspaces/{workspace}/objects/{name}", Access::kProjectAdmin,
                           "dropWorkspaceObject", "Drop a table or view", e::drop_object)
                         .gives_nothing()
                         .waits());
    routes.push_back(Route("POST", "/projects/{project}/workspaces/{workspace}/credentials/reset",
                           Access::kProjectAdmin, "resetWorkspaceCredentials",
                           "Make a new password and end all sessions", e::reset_credentials)
                         .gives(s::connection)
                         .waits());
    routes.push_back(Route("GET", "/projects/{project}/workspaces/{workspace}/sessions", Access::kProjectRead,
                           "listSessions", "List the clients that are connected", e::list_sessions)
                         .gives(s::session_list)
                         .waits());
    routes.push_back(Route("DELETE", "/projects/{project}/workspaces/{workspace}/sessions/{session}",
                           Access::kProjectAdmin, "disconnectSession", "Disconnect one client", e::disconnect_session)
                         .gives(s::session_disconnected));
    routes.push_back(Route("POST", "/projects/{project}/workspaces/{workspace}/sessions/{session}/cancel",
                           Access::kProjectAdmin, "cancelStatement",
                           "Cancel what one client runs; its connection stays", e::cancel_statement)
                         .gives(s::statement_cancelled));
    routes.push_back(Route("POST", "/projects/{project}/workspaces/{workspace}/disconnect-all", Access::kProjectAdmin,
                           "disconnectAll", "Disconnect all clients of a workspace", e::disconnect_all)
                         .gives(s::all_disconnected));
}

}  // namespace smew::http
