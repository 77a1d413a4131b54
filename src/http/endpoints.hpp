#pragma once
// What each route does. A request that arrives here is authorised, its query and body fit the route's schemas; problems
// are thrown (problem.hpp).

#include "http/context.hpp"
#include "http/message.hpp"

namespace smew::http::endpoints {

// service_endpoints.cpp
Response service(const Request& request, Context& context);
Response health(const Request& request, Context& context);
Response health_live(const Request& request, Context& context);
Response health_ready(const Request& request, Context& context);
Response health_detail(const Request& request, Context& context);
Response cpu_profile(const Request& request, Context& context);
Response metrics(const Request& request, Context& context);
Response openapi(const Request& request, Context& context);
Response docs(const Request& request, Context& context);

// alert_endpoints.cpp
Response list_alerts(const Request& request, Context& context);
Response list_project_alerts(const Request& request, Context& context);
Response get_alert(const Request& request, Context& context);
Response test_alert(const Request& request, Context& context);

// query_endpoints.cpp, query_log_endpoints.cpp
Response list_slow_queries(const Request& request, Context& context);
Response list_project_slow_queries(const Request& request, Context& context);
Response search_query_log(const Request& request, Context& context);
Response search_project_query_log(const Request& request, Context& context);
Response list_settings(const Request& request, Context& context);
Response change_settings(const Request& request, Context& context);
Response get_query_audit(const Request& request, Context& context);
Response change_query_audit(const Request& request, Context& context);

// project_endpoints.cpp
Response create_project(const Request& request, Context& context);
Response list_projects(const Request& request, Context& context);
Response get_project(const Request& request, Context& context);
Response update_project(const Request& request, Context& context);
Response delete_project(const Request& request, Context& context);
Response project_stats(const Request& request, Context& context);

// key_endpoints.cpp
Response create_key(const Request& request, Context& context);
Response list_keys(const Request& request, Context& context);
Response get_key(const Request& request, Context& context);
Response revoke_key(const Request& request, Context& context);
Response rotate_key(const Request& request, Context& context);

// bucket_endpoints.cpp
Response create_bucket(const Request& request, Context& context);
Response list_buckets(const Request& request, Context& context);
Response get_bucket(const Request& request, Context& context);
Response delete_bucket(const Request& request, Context& context);

// table_endpoints.cpp
Response create_table(const Request& request, Context& context);
Response list_tables(const Request& request, Context& context);
Response get_table(const Request& request, Context& context);
Response delete_table(const Request& request, Context& context);
Response describe_table(const Request& request, Context& context);
Response preview_table(const Request& request, Context& context);

// column_endpoints.cpp
Response add_column(const Request& request, Context& context);
Response drop_column(const Request& request, Context& context);
Response alter_column(const Request& request, Context& context);
Response set_primary_key(const Request& request, Context& context);
Response drop_primary_key(const Request& request, Context& context);
Response delete_rows(const Request& request, Context& context);

// import_endpoints.cpp
Response import_body(const Request& request, Context& context);
Response import_file(const Request& request, Context& context);

// export_endpoints.cpp
Response export_stream(const Request& request, Context& context);
Response export_file(const Request& request, Context& context);

// file_endpoints.cpp
Response prepare_file(const Request& request, Context& context);
Response upload_file(const Request& request, Context& context);
Response register_file(const Request& request, Context& context);
Response list_files(const Request& request, Context& context);
Response get_file(const Request& request, Context& context);
Response download_file(const Request& request, Context& context);
Response delete_file(const Request& request, Context& context);

// workspace_endpoints.cpp
Response create_workspace(const Request& request, Context& context);
Response list_all_workspaces(const Request& request, Context& context);
Response list_workspaces(const Request& request, Context& context);
Response get_workspace(const Request& request, Context& context);
Response update_workspace(const Request& request, Context& context);
Response delete_workspace(const Request& request, Context& context);
Response reset_credentials(const Request& request, Context& context);

// usage_endpoints.cpp
Response workspace_usage(const Request& request, Context& context);
Response instance_usage(const Request& request, Context& context);

// workspace_object_endpoints.cpp
Response clear_workspace(const Request& request, Context& context);
Response drop_object(const Request& request, Context& context);
Response load_workspace(const Request& request, Context& context);

// session_endpoints.cpp
Response list_sessions(const Request& request, Context& context);
Response disconnect_session(const Request& request, Context& context);
Response cancel_statement(const Request& request, Context& context);
Response disconnect_all(const Request& request, Context& context);

// statement_endpoints.cpp
Response run_query(const Request& request, Context& context);
Response cancel_query(const Request& request, Context& context);
Response whoami(const Request& request, Context& context);

// conversation_endpoints.cpp
Response open_websocket(const Request& request, Context& context);
Response list_conversations(const Request& request, Context& context);
Response list_messages(const Request& request, Context& context);
Response delete_conversation(const Request& request, Context& context);

// history_endpoints.cpp
Response metrics_history(const Request& request, Context& context);
Response project_metrics_history(const Request& request, Context& context);

// worker_endpoints.cpp
Response list_workers(const Request& request, Context& context);
Response list_project_workers(const Request& request, Context& context);

// page_endpoints.cpp
Response dashboard(const Request& request, Context& context);
Response console(const Request& request, Context& context);
Response page_asset(const Request& request, Context& context);

}  // namespace smew::http::endpoints
