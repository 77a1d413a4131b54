#include "http/reply_fields.hpp"
#include "http/schemas.hpp"
#include "http/workspace_limits.hpp"

namespace smew::http::schemas {
namespace {

using namespace reply;

std::vector<Field> project_fields() {
    return {text("id"),
            text("name"),
            text("description"),
            text("status"),
            time("created_at"),
            time("updated_at"),
            number("size_bytes"),
            number("table_count"),
            number("bucket_count"),
            any_object("settings")};
}

std::vector<Field> key_fields() {
    return {text("id"),
            text("project_id"),
            text_or_null("branch_id"),
            text("key_prefix"),
            text("scope"),
            text("description"),
            time("created_at"),
            time_or_null("last_used_at"),
            time_or_null("expires_at"),
            yes_or_no("is_revoked")};
}

}  // namespace

const Schema service{.name = "Service", .fields = {text("service"), text("version"), text("health"), text("docs")}};

const Schema liveness{.name = "Liveness", .fields = {text("status", "alive."), text("version")}};
const Schema health{
    .name = "Health",
    .fields = {text("status", "healthy, degraded (it works, and somebody should look after it) or unhealthy."),
               yes_or_no("ready", "Requests may be sent here."), texts("reasons", "Why it is not ready, if it is not."),
               text("version"), text("duckdb_version"), yes_or_no("storage_available"),
               any_object("components",
                          "metadata_store, postgresql, engine, disk, memory, certificate: each with its status, and "
                          "the reason when that is not healthy."),
               any_object("details")}};
const Schema health_detail{
    .name = "HealthDetail",
    .fields = {text("status", "healthy, degraded or unhealthy: the worst of the components."), yes_or_no("ready"),
               texts("reasons", "Why it is not ready, if it is not."), text("version"), text("duckdb_version"),
               any_object("components", "As of Health, and what is known of each: bytes, counts, dates.")}};

const Schema project{.name = "Project", .fields = project_fields()};
const Schema project_created{
    .name = "ProjectCreated",
    .fields = with(project_fields(), {secret("api_key", "The project's first admin key; shown only here.")})};
const Schema project_list{.name = "ProjectList", .fields = {list("projects", project), number("total")}};
const Schema project_stats{.name = "ProjectStats",
                           .fields = {text("id"), number("size_bytes"), number("table_count"), number("bucket_count")}};

const Schema key{.name = "ApiKey", .fields = key_fields()};
const Schema key_created{.name = "ApiKeyCreated",
                         .fields = with(key_fields(), {secret("api_key", "The key itself; shown only here.")})};
const Schema key_list{.name = "ApiKeyList", .fields = {list("api_keys", key), number("count")}};

const Schema bucket{.name = "Bucket",
                    .fields = {text("name"), text("schema", "Its SQL schema."), text("description"),
                               number("table_count"), number("size_bytes"), time("created_at"), yes_or_no("is_linked"),
                               text_or_null("source_project_id"), text_or_null("source_bucket_name")}};
const Schema bucket_list{.name = "BucketList", .fields = {list("buckets", bucket), number("total")}};

const Schema column{.name = "Column",
                    .fields = {text("name"), text("type"), yes_or_no("nullable"), number("ordinal_position", "From 1."),
                               text_or_null("default", "SQL expression."), text("description")}};
const Schema table{.name = "Table",
                   .fields = {text("name"), text("bucket"), text("schema"), text("description"),
                              list("columns", column), texts("primary_key"), number("row_count"), number("size_bytes"),
                              time("created_at"), time("updated_at"), text("source")}};
const Schema table_list{.name = "TableList", .fields = {list("tables", table), number("total")}};
const Schema preview{
    .name = "Preview",
    .fields = {{.name = "columns", .type = kArray, .required = true, .items = kAny},
               {.name = "rows", .type = kArray, .doc = "One object a row.", .required = true, .items = kObject},
               number("total_row_count"),
               number("preview_row_count")},
    .open = true};
const Schema rows_deleted{.name = "RowsDeleted", .fields = {number("deleted_rows"), number("table_rows_after")}};

const Schema rejected_row{.name = "RejectedRow", .fields = {number("line"), text("column"), text("message")}};
const Schema import_result{
    .name = "ImportResult",
    .fields = {number("imported_rows"), number("table_rows_after"), number("table_size_bytes"), number("rejected_rows"),
               list("rejected", rejected_row, "The first 100."), list("columns", column), texts("warnings")}};
const Schema export_result{.name = "ExportResult",
                           .fields = {text("file_id"), number("rows_exported"), number("file_size_bytes")}};

const Schema file_prepared{.name = "FilePrepared",
                           .fields = {text("upload_key"), text("upload_url"), time("expires_at")}};
const Schema file_uploaded{
    .name = "FileUploaded",
    .fields = {text("upload_key"), text("file_id"), number("size_bytes"), text("checksum_sha256")}};
const Schema file{
    .name = "File",
    .fields = {text("id"), text("project_id"), text("name"), number("size_bytes"), text("content_type"),
               text_or_null("checksum_sha256"), yes_or_no("is_staged", "Not registered yet; goes away at expires_at."),
               time("created_at"), time_or_null("expires_at"), texts("tags")}};
const Schema file_list{.name = "FileList", .fields = {list("files", file), number("total")}};

const Schema connection{.name = "Connection",
                        .fields = {text("host"), number("port"), text("database"), text("username"),
                                   secret("password", "Shown at creation and reset only."), text("ssl_mode"),
                                   secret("connection_string", "Shown at creation and reset only.")}};

const Schema query_totals{
    .name = "QueryTotals",
    .fields = {number("success"), number("error"), number("timeout"), number("cancelled"), number("total")}};
const Schema workspace_usage{
    .name = "WorkspaceUsage",
    .fields = {text("workspace_id"),
               text("project_id"),
               yes_or_no("open", "Its worker runs; else it uses no memory."),
               number("memory_bytes"),
               number("memory_granted_bytes", "Less than the limit while all workspaces together want too much."),
               number("memory_limit_bytes"),
               number("disk_bytes"),
               number("disk_limit_bytes"),
               number("temp_bytes"),
               number("temp_limit_bytes"),
               number("sessions"),
               number("running_queries"),
               number("waiting_queries", "Of these none runs yet: there is no turn, or no memory for large ones."),
               number("max_concurrent_queries"),
               {.name = "queries", .type = kObject, .required = true, .of = &query_totals},
               number("rows_sent"),
               number("bytes_sent"),
               number("query_milliseconds", "Of all statements together."),
               time("since")}};
const Schema instance_usage{
    .name = "InstanceUsage",
    .fields = {number("open_workspaces"),
               number("loaders"),
               number("sessions"),
               number("running_queries"),
               number("waiting_queries", "Of these none runs yet: there is no turn, or no memory for large ones."),
               number("memory_bytes", "In use by all workers."),
               number("memory_granted_bytes", "What they may use together."),
               number("memory_limit_bytes", "The most that may be (memory_total_limit)."),
               number("disk_bytes", "Of open workspaces."),
               number("temp_bytes", "Of open workspaces."),
               {.name = "storage", .type = kObject, .doc = "Bytes by what takes them.", .required = true},
               {.name = "queries", .type = kObject, .required = true, .of = &query_totals},
               number("rows_sent"),
               number("bytes_sent"),
               number("query_milliseconds", "Of all statements together."),
               time("since")}};

const Schema workspace_limits{.name = "WorkspaceLimits", .fields = limit_reply_fields()};

namespace {

std::vector<Field> workspace_fields() {
    return {text("id"),
            text("name"),
            text("project_id"),
            text_or_null("branch_id"),
            time("created_at"),
            time_or_null("expires_at"),
            number("size_bytes"),
            number("size_limit_gb"),
            text("memory_limit"),
            {.name = "limits", .type = kObject, .required = true, .of = &workspace_limits},
            text("status", "active or expired."),
            {.name = "connection", .type = kObject, .required = true, .of = &connection}};
}

}  // namespace

const Schema workspace{.name = "Workspace", .fields = workspace_fields()};
const Schema workspace_list{
    .name = "WorkspaceList",
    .fields = {list("workspaces", workspace), number("count", "On this page."), number("total")}};
const Schema attached_table{.name = "AttachedTable", .fields = {text("schema"), text("table"), number("rows")}};
const Schema workspace_object{.name = "WorkspaceObject",
                              .fields = {text("name"), text("type", "table or view."), number_or_null("rows")}};
const Schema workspace_detail{.name = "WorkspaceDetail",
                              .fields = with(workspace_fields(), {number("active_sessions"),
                                                                  list("attached_tables", attached_table),
                                                                  {.name = "workspace_objects",
                                                                   .type = kArray,
                                                                   .doc = "null when the workspace could not be asked.",
                                                                   .required = true,
                                                                   .nullable = true,
                                                                   .of = &workspace_object}})};

const Schema loaded_table{.name = "LoadedTable",
                          .fields = {text("source"), text("destination"), number("rows"), number("size_bytes")}};
const Schema failed_table{.name = "FailedTable",
                          .fields = {text("source"), text("destination"), text("error"), text("message")}};
const Schema load_result{
    .name = "LoadResult",
    .fields = {list("loaded", loaded_table), list("failed", failed_table), number("workspace_size_bytes")}};

const Schema session{
    .name = "Session",
    .fields = {text("session_id"),
               text("workspace_id"),
               text("username"),
               text("client_ip"),
               number("client_port"),
               text("application_name"),
               time("connected_at"),
               yes_or_no("tls"),
               text("status"),
               text("project_id"),
               number("backend_pid", "As pg_stat_activity and pg_cancel_backend have it."),
               text("door", "pgwire, rest, websocket or console."),
               text_or_null("state",
                            "active, idle, idle in transaction, idle in transaction (aborted) or starting; "
                            "null when the workspace did not answer in time."),
               time_or_null("since"),
               text_or_null("current_query", "Of an active session; its first 1024 bytes, as query_audit_mode says."),
               text_or_null("last_query"),
               text_or_null("waiting_for", "Of a statement that may not run yet: turn or memory."),
               time_or_null("query_started_at"),
               number("statements"),
               number("bytes_sent")}};
const Schema conversation{.name = "Conversation",
                          .fields = {text("id"), text("title", "How its first message begins."),
                                     number("message_count"), time("created_at"), time("updated_at")}};
const Schema conversation_list{.name = "ConversationList",
                               .fields = {list("conversations", conversation), number("total")}};
const Schema message{
    .name = "Message",
    .fields = {number("id"), text("role", "user or assistant."), text("content"),
               text_or_null("sql", "What was run, or is proposed."), text_or_null("model", "That wrote the SQL."),
               text_or_null("sqlstate", "Of a statement that failed."), yes_or_no("needs_confirmation"),
               time("created_at")}};
const Schema message_list{.name = "MessageList", .fields = {list("messages", message), number("count")}};
const Schema session_list{.name = "SessionList", .fields = {list("sessions", session), number("count")}};
const Schema session_disconnected{.name = "SessionDisconnected", .fields = {text("message"), text("session_id")}};
const Schema statement_cancelled{.name = "StatementCancelled", .fields = {text("message"), text("session_id")}};
const Schema all_disconnected{.name = "AllDisconnected", .fields = {text("message"), number("count")}};

const Schema alert_receipt{
    .name = "AlertReceipt",
    .fields = {
        text("webhook", "Host of the receiver."),
        {.name = "status", .doc = "What became of it.", .required = true, .one_of = {"waiting", "delivered", "failed"}},
        number("attempts"),
        text_or_null("error", "Of the last attempt.")}};
const std::vector<Field>& alert_fields() {
    static const std::vector<Field> fields{
        number("id"),
        text("alert", "PGWireHighErrorRate and the like."),
        text("severity"),
        {.name = "status",
         .doc = "Whether it tells of a beginning or an end.",
         .required = true,
         .one_of = {"firing", "resolved"}},
        time("timestamp"),
        text("summary"),
        text("description"),
        any_object("context"),
        {.name = "value", .type = kNumber, .doc = "What was measured.", .required = true, .nullable = true},
        number("suppressed", "Alerts of the type since the last one that the rate limit held back.")};
    return fields;
}
const Schema alert{.name = "Alert", .fields = with(alert_fields(), {list("deliveries", alert_receipt)})};
const Schema alert_list{.name = "AlertList", .fields = {list("alerts", alert), number("count"), number("webhooks")}};
const Schema project_alert{.name = "ProjectAlert", .fields = alert_fields()};
const Schema project_alert_list{.name = "ProjectAlertList", .fields = {list("alerts", project_alert), number("count")}};
const Schema alert_sent{.name = "AlertSent", .fields = {text("message"), number("id"), number("webhooks")}};

const Schema query_cancelled{.name = "QueryCancelled", .fields = {text("message"), text("query_id")}};
const Schema caller{.name = "Caller",
                    .fields = {{.name = "kind",
                                .doc = "Whose the credentials are.",
                                .required = true,
                                .one_of = {"admin", "project_key", "workspace_user"}},
                               {.name = "project_id", .doc = "Not of the admin key."},
                               {.name = "scope", .doc = "Of a project's key."},
                               {.name = "workspace_id", .doc = "Of a workspace's user."},
                               {.name = "workspace_name", .doc = "Of a workspace's user."},
                               {.name = "expires_at", .doc = "Of the workspace.", .nullable = true}}};

const Schema metrics_history{
    .name = "MetricsHistory",
    .fields = {text("range"),
               number("step_seconds", "Between two points; a point tells of the time since the one before."),
               {.name = "times", .type = kArray, .doc = "Unix time.", .required = true, .items = kNumber},
               any_object("series", "By name one number a time; null where nothing happened.")}};
const Schema worker{.name = "Worker",
                    .fields = {{.name = "kind", .required = true, .one_of = {"workspace", "loader"}},
                               text("project_id"),
                               text_or_null("workspace_id", "null: it loads tables."),
                               text_or_null("workspace_name"),
                               {.name = "state", .required = true, .one_of = {"ready", "starting"}},
                               number("pid"),
                               number("sessions"),
                               number("memory_bytes"),
                               text_or_null("memory_limit"),
                               number("disk_bytes"),
                               number("size_limit_bytes"),
                               number("running_seconds")}};
const Schema worker_list{.name = "WorkerList", .fields = {list("workers", worker), number("count")}};

const Schema problem{.name = "Problem",
                     .doc = "RFC 9457, and the names of the reference service.",
                     .fields = {text("type"), text("title"), number("status"), text("detail"), text("instance"),
                                text("error", "For programs: table_not_found."), text("message"), any_object("details"),
                                text("request_id")}};

const std::vector<const Schema*>& all() {
    static const std::vector<const Schema*> kAll{&project_create,
                                                 &project_update,
                                                 &key_create,
                                                 &bucket_create,
                                                 &column_input,
                                                 &table_create,
                                                 &descriptions,
                                                 &column_alter,
                                                 &primary_key_set,
                                                 &rows_delete,
                                                 &csv_options,
                                                 &import_options,
                                                 &import_file,
                                                 &export_file,
                                                 &file_prepare,
                                                 &file_register,
                                                 &workspace_create,
                                                 &workspace_update,
                                                 &workspace_load,
                                                 &workspace_limits_choice,
                                                 &workspace_limits,
                                                 &query_totals,
                                                 &workspace_usage,
                                                 &instance_usage,
                                                 &load_item,
                                                 &query_audit_change,
                                                 &settings_change,
                                                 &service,
                                                 &health,
                                                 &liveness,
                                                 &health_detail,
                                                 &project,
                                                 &project_created,
                                                 &project_list,
                                                 &project_stats,
                                                 &key,
                                                 &key_created,
                                                 &key_list,
                                                 &bucket,
                                                 &bucket_list,
                                                 &column,
                                                 &table,
                                                 &table_list,
                                                 &preview,
                                                 &rows_deleted,
                                                 &rejected_row,
                                                 &import_result,
                                                 &export_result,
                                                 &file_prepared,
                                                 &file_uploaded,
                                                 &file,
                                                 &file_list,
                                                 &connection,
                                                 &workspace,
                                                 &workspace_list,
                                                 &workspace_detail,
                                                 &attached_table,
                                                 &workspace_object,
                                                 &load_result,
                                                 &loaded_table,
                                                 &failed_table,
                                                 &query_run,
                                                 &query_cancelled,
                                                 &caller,
                                                 &metrics_history,
                                                 &worker,
                                                 &worker_list,
                                                 &conversation,
                                                 &conversation_list,
                                                 &message,
                                                 &message_list,
                                                 &session,
                                                 &session_list,
                                                 &session_disconnected,
                                                 &statement_cancelled,
                                                 &query,
                                                 &slow_query,
                                                 &slow_query_list,
                                                 &logged_query,
                                                 &query_log_page,
                                                 &query_audit,
                                                 &setting,
                                                 &setting_list,
                                                 &all_disconnected,
                                                 &alert,
                                                 &alert_receipt,
                                                 &alert_list,
                                                 &project_alert,
                                                 &project_alert_list,
                                                 &alert_sent,
                                                 &problem};
    return kAll;
}

}  // namespace smew::http::schemas
