#pragma once
// Every body of the REST API. Names as in OpenAPI's components.

#include "http/schema.hpp"

namespace smew::http::schemas {

// Requests.
extern const Schema project_create, project_update, key_create, bucket_create, column_input, table_create, descriptions,
    column_alter, primary_key_set, rows_delete, csv_options, import_options, import_file, export_file, file_prepare,
    file_register, workspace_create, workspace_update, workspace_load, load_item, workspace_limits_choice, query_run,
    query_audit_change, settings_change;

// Replies.
extern const Schema service, health, liveness, health_detail, project, project_created, project_list, project_stats,
    key, key_created, key_list, bucket, bucket_list, column, table, table_list, preview, rows_deleted, rejected_row,
    import_result, export_result, file_prepared, file_uploaded, file, file_list, connection, workspace,
    workspace_limits, query_totals, workspace_usage, instance_usage, workspace_list, workspace_detail, attached_table,
    workspace_object, load_result, loaded_table, failed_table, session, session_list, session_disconnected,
    conversation, conversation_list, message, message_list, all_disconnected, alert, alert_receipt, statement_cancelled,
    alert_list, project_alert, project_alert_list, alert_sent, query_cancelled, metrics_history, worker, worker_list,
    caller, query, slow_query, slow_query_list, logged_query, query_log_page, query_audit, setting, setting_list,
    problem;

// All of them, for OpenAPI.
const std::vector<const Schema*>& all();

}  // namespace smew::http::schemas
