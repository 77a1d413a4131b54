#include "http/endpoints.hpp"
#include "http/route.hpp"
#include "http/schemas.hpp"

namespace smew::http {
namespace {

using enum FieldType;
namespace s = schemas;
namespace e = endpoints;

constexpr std::string_view kProject = "/projects/{project}";
constexpr std::string_view kTable = "/projects/{project}/buckets/{bucket}/tables/{table}";

std::vector<Field> paging(std::string_view default_limit, std::int64_t most) {
    return {{.name = "limit",
             .type = kInteger,
             .doc = "Entries of the page.",
             .least = 1,
             .most = most,
             .default_text = default_limit},
            {.name = "offset",
             .type = kInteger,
             .doc = "Entries to leave out.",
             .least = 0,
             .most = 1'000'000'000,
             .default_text = "0"}};
}

std::vector<Field> csv_parameters() {
    std::vector<Field> fields = s::csv_options.fields;
    for (Field& field : fields) field.default_text = {};  // left out means left to csv_options()
    return fields;
}

Field format_parameter() {
    return {.name = "format", .doc = "Of the file.", .one_of = {"csv", "parquet", "ndjson"}, .default_text = "csv"};
}

std::vector<Field> import_parameters() {
    std::vector<Field> fields{
        format_parameter(),
        {.name = "mode",
         .doc = "What happens to the rows there are.",
         .one_of = {"replace", "append", "upsert"},
         .default_text = "replace"},
        {.name = "primary_key", .doc = "Columns of a new table's primary key, with commas between.", .most = 10'000},
        {.name = "max_rejected",
         .type = kInteger,
         .doc = "Rows that may be left out before the load fails.",
         .least = 0,
         .most = 1'000'000'000,
         .default_text = "0"}};
    const std::vector<Field> csv = csv_parameters();
    fields.insert(fields.end(), csv.begin(), csv.end());
    return fields;
}

std::vector<Field> export_parameters() {
    std::vector<Field> fields{
        format_parameter(),
        {.name = "compression",
         .doc = "snappy: Parquet only.",
         .one_of = {"none", "gzip", "zstd", "snappy"},
         .default_text = "none"},
        {.name = "columns", .doc = "Only these, with commas between.", .most = 100'000},
        {.name = "where", .doc = "SQL condition over the table's columns.", .least = 1, .most = 10'000},
        {.name = "limit", .type = kInteger, .doc = "At most so many rows.", .least = 1, .most = 1'000'000'000'000}};
    const std::vector<Field> csv = csv_parameters();
    fields.insert(fields.end(), csv.begin(), csv.end());
    return fields;
}

using Routes = std::vector<Route>;

void add_service(Routes& routes) {
    const auto route = [&](std::string_view pattern, std::string_view id, std::string_view summary, Endpoint endpoint) {
        return Route("GET", pattern, Access::kPublic, id, summary, endpoint);
    };
    routes.push_back(route("/", "getService", "What answers here", e::service).gives(s::service));
    routes.push_back(route("/health", "getHealth", "Whether smew and what it needs are well; 503 when not", e::health)
                         .gives(s::health));
    routes.push_back(route("/health/live", "getLiveness", "Whether the process answers", e::health_live)
                         .gives_text("application/json"));
    routes.push_back(
        route("/health/ready", "getReadiness", "Whether requests should be sent here; 503 when not", e::health_ready)
            .gives(s::health));
    routes.push_back(
        route("/metrics", "getMetrics", "Prometheus metrics", e::metrics).gives_text("text/plain; version=0.0.4"));
    routes.push_back(
        route("/openapi.json", "getOpenApi", "This API as OpenAPI 3.1", e::openapi).gives_text("application/json"));
    routes.push_back(route("/docs", "getDocs", "This API as a page", e::docs).gives_text("text/html"));
}

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

void add_buckets(Routes& routes) {
    const std::string_view all = "/projects/{project}/buckets", one = "/projects/{project}/buckets/{bucket}";
    routes.push_back(Route("POST", all, Access::kProjectAdmin, "createBucket", "Create a bucket", e::create_bucket)
                         .takes(s::bucket_create)
                         .gives(s::bucket, 201));
    routes.push_back(Route("GET", all, Access::kProjectRead, "listBuckets", "List buckets", e::list_buckets)
                         .with(paging("10000", 100'000))
                         .gives(s::bucket_list));
    routes.push_back(
        Route("GET", one, Access::kProjectRead, "getBucket", "Get a bucket", e::get_bucket).gives(s::bucket));
    routes.push_back(Route("DELETE", one, Access::kProjectAdmin, "deleteBucket", "Delete a bucket", e::delete_bucket)
                         .with({{.name = "cascade",
                                 .type = kBoolean,
                                 .doc = "With its tables; false: only when empty.",
                                 .default_text = "true"}})
                         .gives_nothing());
}

void add_tables(Routes& routes) {
    const std::string_view all = "/projects/{project}/buckets/{bucket}/tables", one = kTable;
    routes.push_back(Route("POST", all, Access::kProjectAdmin, "createTable", "Create an empty table", e::create_table)
                         .takes(s::table_create)
                         .gives(s::table, 201)
                         .waits());
    routes.push_back(
        Route("GET", all, Access::kProjectRead, "listTables", "List the tables of a bucket", e::list_tables)
            .with(paging("10000", 100'000))
            .gives(s::table_list));
    routes.push_back(Route("GET", one, Access::kProjectRead, "getTable", "Get a table", e::get_table).gives(s::table));
    routes.push_back(
        Route("PATCH", one, Access::kProjectAdmin, "describeTable", "Change descriptions", e::describe_table)
            .takes(s::descriptions)
            .gives(s::table));
    routes.push_back(Route("DELETE", one, Access::kProjectAdmin, "deleteTable", "Delete a table", e::delete_table)
                         .gives_nothing()
                         .waits());
    routes.push_back(Route("GET", "/projects/{project}/buckets/{bucket}/tables/{table}/preview", Access::kProjectRead,
                           "previewTable", "The first rows", e::preview_table)
                         .with({{.name = "limit",
                                 .type = kInteger,
                                 .doc = "Rows.",
                                 .least = 1,
                                 .most = 10'000,
                                 .default_text = "1000"},
                                {.name = "columns", .doc = "Only these, with commas between.", .most = 100'000}})
                         .gives(s::preview)
                         .waits());
}

void add_columns(Routes& routes) {
    const std::string_view all = "/projects/{project}/buckets/{bucket}/tables/{table}/columns",
                           one = "/projects/{project}/buckets/{bucket}/tables/{table}/columns/{column}",
                           key = "/projects/{project}/buckets/{bucket}/tables/{table}/primary-key";
    routes.push_back(Route("POST", all, Access::kProjectAdmin, "addColumn", "Add a column", e::add_column)
                         .takes(s::column_input)
                         .gives(s::table, 201)
                         .waits());
    routes.push_back(
        Route("PUT", one, Access::kProjectAdmin, "alterColumn", "Rename, cast or constrain a column", e::alter_column)
            .takes(s::column_alter)
            .gives(s::table)
            .waits());
    routes.push_back(Route("DELETE", one, Access::kProjectAdmin, "dropColumn", "Drop a column", e::drop_column)
                         .gives(s::table)
                         .waits());
    routes.push_back(
        Route("POST", key, Access::kProjectAdmin, "setPrimaryKey", "Set the primary key", e::set_primary_key)
            .takes(s::primary_key_set)
            .gives(s::table, 201)
            .waits());
    routes.push_back(
        Route("DELETE", key, Access::kProjectAdmin, "dropPrimaryKey", "Drop the primary key", e::drop_primary_key)
            .gives(s::table)
            .waits());
    routes.push_back(Route("DELETE", "/projects/{project}/buckets/{bucket}/tables/{table}/rows", Access::kProjectAdmin,
                           "deleteRows", "Delete the rows a condition holds for", e::delete_rows)
                         .takes(s::rows_delete)
                         .gives(s::rows_deleted)
                         .waits());
}

void add_transfer(Routes& routes) {
    routes.push_back(Route("POST", "/projects/{project}/buckets/{bucket}/tables/{table}/import", Access::kProjectAdmin,
                           "importTable", "Load the body into a table, which is created when it is new", e::import_body)
                         .takes_file("CSV, Parquet or NDJSON; gzip or zstd by Content-Encoding or by its first bytes.")
                         .with(import_parameters())
                         .gives(s::import_result)
                         .waits());
    routes.push_back(Route("POST", "/projects/{project}/buckets/{bucket}/tables/{table}/import/file",
                           Access::kProjectAdmin, "importFile", "Load a file of the project into a table",
                           e::import_file)
                         .takes(s::import_file)
                         .gives(s::import_result)
                         .waits());
    routes.push_back(Route("GET", "/projects/{project}/buckets/{bucket}/tables/{table}/export", Access::kProjectRead,
                           "exportTable", "Get a table as a file", e::export_stream)
                         .with(export_parameters())
                         .gives_text("application/octet-stream")
                         .waits());
    routes.push_back(Route("POST", "/projects/{project}/buckets/{bucket}/tables/{table}/export", Access::kProjectRead,
                           "exportFile", "Export a table to a file of the project", e::export_file)
                         .takes(s::export_file)
                         .gives(s::export_result)
                         .waits());
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
    routes.push_back(
        Route("GET", one, Access::kProjectRead, "getWorkspace", "Get a workspace and what is in it", e::get_workspace)
            .gives(s::workspace_detail)
            .waits());
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
                         .gives(s::session_list));
    routes.push_back(Route("DELETE", "/projects/{project}/workspaces/{workspace}/sessions/{session}",
                           Access::kProjectAdmin, "disconnectSession", "Disconnect one client", e::disconnect_session)
                         .gives(s::session_disconnected));
    routes.push_back(Route("POST", "/projects/{project}/workspaces/{workspace}/disconnect-all", Access::kProjectAdmin,
                           "disconnectAll", "Disconnect all clients of a workspace", e::disconnect_all)
                         .gives(s::all_disconnected));
}

}  // namespace

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
        return routes;
    }();
    return kRoutes;
}

}  // namespace smew::http
