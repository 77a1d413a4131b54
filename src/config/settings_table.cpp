#include "config/settings_table.hpp"

#include "config/setting_codec.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace smew::config {
namespace {

constexpr std::string_view kServer = "Server";
constexpr std::string_view kTls = "TLS";
constexpr std::string_view kPgwire = "PostgreSQL connections";
constexpr std::string_view kLogin = "Failed logins";
constexpr std::string_view kWebSocket = "WebSocket";
constexpr std::string_view kConversations = "Conversations";
constexpr std::string_view kWorkspaces = "Workspaces";
constexpr std::string_view kWorkers = "Worker processes";
constexpr std::string_view kAlerts = "Alerts";
constexpr std::string_view kQueries = "Query audit and slow queries";
constexpr std::string_view kMonitoring = "Monitoring";
constexpr std::string_view kHealth = "Health and profiles";
constexpr std::string_view kLoads = "Loads";
constexpr std::string_view kRest = "REST";

constexpr std::int64_t kMaxText = 4096;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMonth = 30 * kDay;  // in milliseconds it still fits the link's 32 bits
constexpr std::int64_t kMega = 1'000'000;
constexpr std::int64_t kTera = 1'000'000'000'000;

template <class T>
T member_type(T Settings::*);

// Completes a row with what follows from the type of the member.
template <auto Member>
constexpr Setting row(Setting setting) {
    using T = decltype(member_type(Member));
    if (setting.kind == Kind::kText) setting.kind = Codec<T>::kKind;
    if constexpr (std::is_enum_v<T>) setting.choices = kChoiceNames<T>;
    setting.assign = [](const Setting& self, Settings& settings, std::string_view text) {
        std::optional<T> value = Codec<T>::parse(self, text);
        if (value) settings.*Member = std::move(*value);
        return value.has_value();
    };
    setting.value = [](const Settings& settings) { return Codec<T>::format(settings.*Member); };
    return setting;
}

constexpr Setting live(Setting setting) {
    setting.live = true;
    return setting;
}

using S = Settings;

constexpr std::array kTable{
    row<&S::data_dir>({"data_dir", kServer,
                       "Directory of everything smew keeps: metadata, table versions, workspaces. Made when missing; "
                       "one server at a time.",
                       1, kMaxText}),
    row<&S::http_listen>({"http_listen", kServer,
                          "Address of the REST API. Port 0 takes a free port, which the ready line names.", 1, 300,
                          Kind::kAddress}),
    row<&S::pg_listen>({"pg_listen", kServer,
                        "Address for PostgreSQL clients. Port 0 takes a free port, which the ready line names.", 1, 300,
                        Kind::kAddress}),
    row<&S::public_host>(
        {"public_host", kServer,
         "Host name that users of a workspace are told to connect to. Empty: the address of pg_listen.", 0, 255}),
    row<&S::admin_key>(
        {"admin_key", kServer,
         "Key of the instance's administrator. Empty: made at the first start, logged once and written to admin.key in "
         "data_dir. Prefer the environment variable or the file: other users of the machine can see flags.",
         0, kMaxText}),
    row<&S::demo>(
        {"demo", kServer,
         "Make a sample project \"demo\" at start, and print the psql line of its workspace in the ready line."}),
    row<&S::log_level>({"log_level", kServer, "Least severe events that are logged."}),
    row<&S::io_threads>({"io_threads", kServer, "Threads that serve connections. 0: one a core.", 0, 256}),
    row<&S::http_threads>({"http_threads", kServer, "Threads that run REST requests.", 1, 1024}),
    row<&S::shutdown_timeout_seconds>(
        {"shutdown_timeout_seconds", kServer,
         "Time for a graceful end after SIGTERM or SIGINT; what is left then is ended by force.", 1, 600}),

    row<&S::pgwire_ssl_mode>({"pgwire_ssl_mode", kTls,
                              "TLS for PostgreSQL clients: disable refuses it, prefer leaves it to the client, require "
                              "refuses clients without it."}),
    row<&S::tls_cert_file>({"tls_cert_file", kTls,
                            "Certificate chain (PEM). Empty: a self-signed certificate is made in data_dir/tls.", 0,
                            kMaxText}),
    row<&S::tls_key_file>({"tls_key_file", kTls, "Private key (PEM) of tls_cert_file.", 0, kMaxText}),
    row<&S::http_tls>({"http_tls", kTls, "Serve the REST API over https."}),

    live(row<&S::pgwire_max_connections_total>(
        {"pgwire_max_connections_total", kPgwire, "Most connections of PostgreSQL clients at a time.", 1, kMega})),
    live(row<&S::pgwire_max_connections_per_workspace>(
        {"pgwire_max_connections_per_workspace", kPgwire, "Most connections to one workspace at a time.", 1, kMega})),
    row<&S::pgwire_max_connections_per_address>(
        {"pgwire_max_connections_per_address", kPgwire,
         "Most connections from one client address at a time, also before login.", 1, kMega}),
    row<&S::pgwire_login_timeout_seconds>({"pgwire_login_timeout_seconds", kPgwire,
                                           "Time from accepting a connection to the end of its login.", 1, 3600}),
    live(row<&S::pgwire_idle_timeout_seconds>({"pgwire_idle_timeout_seconds", kPgwire,
                                               "A session that sends nothing for so long is ended. 0: never.", 0,
                                               kMonth})),
    live(row<&S::pgwire_idle_in_transaction_timeout_seconds>(
        {"pgwire_idle_in_transaction_timeout_seconds", kPgwire,
         "The same for a session with an open transaction. 0: never.", 0, kMonth})),
    live(row<&S::pgwire_query_timeout_seconds>(
        {"pgwire_query_timeout_seconds", kPgwire,
         "Longest time of one statement; a session may set a shorter one. 0: no limit.", 0, kMonth})),
    row<&S::pgwire_max_message_bytes>(
        {"pgwire_max_message_bytes", kPgwire, "Largest message of a client.", 64 << 10, 1 << 30}),
    row<&S::pgwire_max_prepared_statements>({"pgwire_max_prepared_statements", kPgwire,
                                             "Most prepared statements of a session; portals likewise.", 1, kMega}),

    row<&S::auth_failure_limit>(
        {"auth_failure_limit", kLogin,
         "Failed logins from one address within the window before it is refused. 0: never refuse.", 0, kMega}),
    row<&S::auth_failure_window_seconds>(
        {"auth_failure_window_seconds", kLogin, "The window in which failed logins are counted.", 1, kDay}),
    row<&S::auth_ban_seconds>(
        {"auth_ban_seconds", kLogin, "How long an address with too many failed logins is refused.", 1, kDay}),

    row<&S::websocket_max_connections_total>(
        {"websocket_max_connections_total", kWebSocket,
         "Most WebSocket connections at a time, also before login. They take none of pgwire_max_connections_*.", 1,
         kMega}),
    row<&S::websocket_max_connections_per_address>({"websocket_max_connections_per_address", kWebSocket,
                                                    "Most WebSocket connections from one client address at a time.", 1,
                                                    kMega}),
    row<&S::websocket_max_sessions_per_workspace>({"websocket_max_sessions_per_workspace", kWebSocket,
                                                   "Most WebSocket sessions in one workspace at a time.", 1, kMega}),
    row<&S::websocket_allowed_origins>(
        {"websocket_allowed_origins", kWebSocket,
         "Web pages that may open a WebSocket: origins as https://app.example.com with blanks between them, or * for "
         "any. Empty: only pages of the host that is connected to. Programs that are no browser send no origin and are "
         "not concerned.",
         0, kMaxText}),
    row<&S::websocket_login_timeout_seconds>({"websocket_login_timeout_seconds", kWebSocket,
                                              "Time from opening a WebSocket to the end of its login.", 1, 3600}),
    row<&S::websocket_ping_interval_seconds>({"websocket_ping_interval_seconds", kWebSocket,
                                              "Each connection is pinged so often, and closed when nothing came for "
                                              "twice as long (and longer than a login may "
                                              "take).",
                                              1, 3600}),
    row<&S::websocket_expiry_notice_seconds>({"websocket_expiry_notice_seconds", kWebSocket,
                                              "How long before its workspace expires a connection is told so.", 0,
                                              kDay}),
    row<&S::websocket_max_message_bytes>(
        {"websocket_max_message_bytes", kWebSocket, "Largest message of a client.", 1 << 10, 64 << 20}),
    row<&S::websocket_max_messages_per_second>({"websocket_max_messages_per_second", kWebSocket,
                                                "Most messages of one connection in a second, on average.", 1, kMega}),
    row<&S::websocket_max_pending>({"websocket_max_pending", kWebSocket,
                                    "Most statements of one connection that wait for the one that runs.", 0, 10'000}),
    row<&S::websocket_batch_bytes>(
        {"websocket_batch_bytes", kWebSocket, "Rows are sent in messages of about this size.", 1 << 10, 16 << 20}),
    row<&S::websocket_send_queue_bytes>({"websocket_send_queue_bytes", kWebSocket,
                                         "What may wait to be sent to one connection; above it its statement pauses.",
                                         16 << 10, 1 << 30}),
    row<&S::websocket_slow_consumer_timeout_seconds>(
        {"websocket_slow_consumer_timeout_seconds", kWebSocket,
         "A connection whose statement pauses for so long because the client does not read is closed.", 1, 3600}),
    row<&S::websocket_compression>(
        {"websocket_compression", kWebSocket,
         "Offer permessage-deflate. It costs processor time, and about 300 KB of memory a connection."}),

    row<&S::conversation_max_per_user>(
        {"conversation_max_per_user", kConversations,
         "Conversations kept for one user of a workspace; with one more, the one unused longest is forgotten.", 1,
         kMega}),
    row<&S::conversation_max_messages>(
        {"conversation_max_messages", kConversations, "Most messages of one conversation.", 2, kMega}),
    row<&S::conversation_max_message_bytes>({"conversation_max_message_bytes", kConversations,
                                             "Largest content of a message to a conversation.", 1 << 10, 16 << 20}),
    row<&S::conversation_max_messages_per_minute>(
        {"conversation_max_messages_per_minute", kConversations,
         "Most messages to conversations by one user of a workspace in a minute, over all connections.", 1, kMega}),
    row<&S::llm_url>({"llm_url", kConversations,
                      "Base of an API like OpenAI's that answers what is no SQL, as https://api.example.com/v1. Empty: "
                      "none.",
                      0, kMaxText}),
    row<&S::llm_api_key>({"llm_api_key", kConversations, "Sent to it as a bearer token.", 0, kMaxText}),
    row<&S::llm_model>({"llm_model", kConversations, "Name of the model to ask.", 0, 255}),
    row<&S::llm_timeout_seconds>({"llm_timeout_seconds", kConversations, "Longest time of one answer.", 1, 3600}),
    row<&S::llm_max_concurrent>(
        {"llm_max_concurrent", kConversations, "Most questions to the model at a time; others wait.", 1, 1000}),
    row<&S::llm_max_answer_bytes>(
        {"llm_max_answer_bytes", kConversations, "Largest answer that is read.", 1 << 10, 64 << 20}),
    row<&S::llm_max_schema_bytes>({"llm_max_schema_bytes", kConversations,
                                   "How much of the workspace's schema the model is told.", 1 << 10, 16 << 20}),

    live(row<&S::workspace_default_memory_limit>({"workspace_default_memory_limit", kWorkspaces,
                                                  "Memory of a workspace that was created without a limit of its own.",
                                                  64 * kMega, 64 * kTera})),
    live(row<&S::workspace_default_size_limit_gb>(
        {"workspace_default_size_limit_gb", kWorkspaces,
         "Disk space in GB of a workspace that was created without a limit of its own.", 1, kMega})),
    live(row<&S::workspace_temp_limit_gb>(
        {"workspace_temp_limit_gb", kWorkspaces,
         "Disk space in GB of a workspace for what does not fit into its memory, beside "
         "the size limit. Emptied when its worker starts and ends.",
         1, kMega})),
    live(row<&S::workspace_max_result_rows>(
        {"workspace_max_result_rows", kWorkspaces,
         "Most rows that one SELECT, RETURNING or FETCH sends to its client; COPY and exports are not bounded. 0: no "
         "limit. A workspace may have a limit of its own, as of all that follows here.",
         0, 2'000'000'000})),
    live(row<&S::workspace_max_result_bytes>({"workspace_max_result_bytes", kWorkspaces,
                                              "Most bytes of such rows, as they are sent. 0: no limit.", 0,
                                              1000 * kTera})),
    live(row<&S::workspace_default_ttl_hours>(
        {"workspace_default_ttl_hours", kWorkspaces,
         "Hours until a workspace expires that was created without a time of its own.", 1, 87'600})),
    live(row<&S::workspace_max_ttl_hours>(
        {"workspace_max_ttl_hours", kWorkspaces, "Longest life of a workspace in hours.", 1, 87'600})),
    live(row<&S::workspace_max_per_project>(
        {"workspace_max_per_project", kWorkspaces, "Most workspaces of a project.", 1, 100'000})),
    live(row<&S::workspace_max_concurrent_queries>({"workspace_max_concurrent_queries", kWorkspaces,
                                                    "Most statements that run in a workspace at a time; others wait.",
                                                    1, 1000})),
    live(row<&S::workspace_large_query_percent>({"workspace_large_query_percent", kWorkspaces,
                                                 "Share of a workspace's memory, in percent, for its large statements "
                                                 "together: those whose plans may hold more "
                                                 "than a sixteenth of it. A large one that finds no room waits; small "
                                                 "ones never do. A session chooses otherwise "
                                                 "with SET query_class. 0: no difference is made.",
                                                 0, 100})),
    row<&S::workspace_threads>(
        {"workspace_threads", kWorkspaces, "Threads of a workspace's engine. 0: one a core.", 0, 1024}),

    row<&S::worker_sandbox>({"worker_sandbox", kWorkers,
                             "What to do where the kernel offers no Landlock: required refuses to start workers, "
                             "preferred starts them with the remaining walls, off never uses it."}),
    row<&S::worker_uid_base>({"worker_uid_base", kWorkers,
                              "First of the user and group ids that workers take when smew runs as root, at least "
                              "10000. 0: workers keep root's.",
                              0, 2'000'000'000}),
    row<&S::worker_idle_seconds>(
        {"worker_idle_seconds", kWorkers, "A worker without sessions is ended after this time.", 1, kMonth}),
    row<&S::worker_start_timeout_seconds>(
        {"worker_start_timeout_seconds", kWorkers, "Longest time a worker may take to start.", 1, 600}),
    row<&S::worker_kill_grace_seconds>(
        {"worker_kill_grace_seconds", kWorkers,
         "From the deadline of a statement that cannot be interrupted to the end of its worker.", 1, 600}),
    row<&S::worker_max_count>({"worker_max_count", kWorkers, "Most workers at a time.", 1, 100'000}),
    live(row<&S::max_running_queries>(
        {"max_running_queries", kWorkers,
         "Most statements that run in all workspaces together; others wait for their turn. 0: "
         "no limit.",
         0, 100'000})),
    live(row<&S::max_running_queries_per_project>({"max_running_queries_per_project", kWorkers,
                                                   "The same for the workspaces of one project. 0: no limit.", 0,
                                                   100'000})),
    live(row<&S::memory_total_limit>(
        {"memory_total_limit", kWorkers,
         "Memory of all workers together. 0: four fifths of the machine's, or of the control "
         "group's where that has less.",
         0, 1000 * kTera})),

    row<&S::alert_webhook_url>(
        {"alert_webhook_url", kAlerts,
         "Where alerts are posted: one or more URLs with blanks between them. slack+https://…, teams+https://… and "
         "discord+https://… get the body those services take. Empty: alerts are logged and kept for GET /alerts only.",
         0, kMaxText}),
    row<&S::alert_webhook_headers>({"alert_webhook_headers", kAlerts,
                                    "Headers of those requests, as a JSON object: {\"X-Token\": \"…\"}.", 0, kMaxText}),
    row<&S::alert_webhook_secret>({"alert_webhook_secret", kAlerts,
                                   "Signs the requests: X-Smew-Signature is sha256= and the HMAC-SHA-256 of "
                                   "X-Smew-Timestamp, a dot and the body.",
                                   0, kMaxText}),
    row<&S::alert_instance>(
        {"alert_instance", kAlerts, "This server's name in alerts. Empty: the machine's name.", 0, 255}),
    row<&S::alert_min_interval_seconds>({"alert_min_interval_seconds", kAlerts,
                                         "Least time between two alerts of one type. A condition that begins meanwhile "
                                         "is told later if it lasts; the others are counted.",
                                         0, kDay}),
    row<&S::alert_window_seconds>(
        {"alert_window_seconds", kAlerts, "Time over which errors and failed logins are counted.", 10, kDay}),
    row<&S::alert_error_rate_percent>({"alert_error_rate_percent", kAlerts,
                                       "Alert when more of a workspace's statements fail within the window.", 1, 100}),
    row<&S::alert_error_rate_min_queries>({"alert_error_rate_min_queries", kAlerts,
                                           "Fewer statements than this within the window say nothing.", 1, kMega}),
    row<&S::alert_latency_p95_ms>(
        {"alert_latency_p95_ms", kAlerts,
         "Alert when 5 % of a workspace's statements within the window take longer. 0: never.", 0, 1000 * kDay}),
    row<&S::alert_latency_spike_factor>(
        {"alert_latency_spike_factor", kAlerts,
         "Alert when that time (P95) is so many times what it was in the hour before, and more than 100 ms. 0: never.",
         0, 1000}),
    row<&S::alert_auth_failures>({"alert_auth_failures", kAlerts,
                                  "Alert at so many failed logins from one address within the window.", 1, kMega}),
    row<&S::alert_workspace_size_percent>({"alert_workspace_size_percent", kAlerts,
                                           "Alert when a workspace has used so much of its disk space.", 1, 100}),
    row<&S::sentry_dsn>({"sentry_dsn", kMonitoring,
                         "Where errors, traces and release health go: the DSN of a project of Sentry, or of a service "
                         "that speaks its protocol. Empty: nowhere.",
                         0, kMaxText}),
    row<&S::environment>({"environment", kMonitoring,
                          "Where this server stands: production, staging, development. In development connection "
                          "errors are not reported.",
                          1, 64}),
    row<&S::sentry_release_name>(
        {"sentry_release_name", kMonitoring, "The release is this name, @ and smew's version.", 1, 100}),
    row<&S::sentry_traces_sample_rate>(
        {"sentry_traces_sample_rate", kMonitoring,
         "Share of traces that are recorded, but of those below. Nothing: 0.1 in production, else 1."}),
    row<&S::sentry_profiles_sample_rate>(
        {"sentry_profiles_sample_rate", kMonitoring,
         "Share of the traced requests during which the server's CPU time is profiled. Nothing: 0.1 in production, "
         "else 1."}),
    row<&S::sentry_health_sample_rate>(
        {"sentry_health_sample_rate", kMonitoring, "Share of health checks and scrapes that are traced."}),
    row<&S::sentry_websocket_sample_rate>(
        {"sentry_websocket_sample_rate", kMonitoring, "Share of WebSocket conversations that are traced."}),
    row<&S::sentry_api_sample_rate>({"sentry_api_sample_rate", kMonitoring, "Share of REST requests that are traced."}),
    row<&S::sentry_error_sample_rate>({"sentry_error_sample_rate", kMonitoring, "Share of errors that are reported."}),
    row<&S::sentry_statement_errors>(
        {"sentry_statement_errors", kMonitoring,
         "Which failed statements are reported: none; server, those that are the server's fault (SQLSTATE classes XX, "
         "53, 58 and F0); or all."}),
    row<&S::sentry_ignore_sqlstates>(
        {"sentry_ignore_sqlstates", kMonitoring,
         "Errors that are not reported: SQLSTATEs or classes (their first two characters), "
         "with blanks between them.",
         0, kMaxText}),
    row<&S::sentry_ignore_errors>(
        {"sentry_ignore_errors", kMonitoring,
         "Errors that are not reported: types of exceptions or events of the log, with blanks "
         "between them.",
         0, kMaxText}),
    row<&S::sentry_send_default_pii>(
        {"sentry_send_default_pii", kMonitoring,
         "Report users' names and addresses as well. Statements' values and secrets are never reported."}),
    row<&S::sentry_check_ins>(
        {"sentry_check_ins", kMonitoring, "Check in with Sentry's cron monitors when a maintenance duty was done."}),
    row<&S::sentry_queue_errors>({"sentry_queue_errors", kMonitoring,
                                  "Most errors that wait to be sent; beyond, the oldest is dropped.", 1, 100'000}),
    row<&S::sentry_queue_transactions>(
        {"sentry_queue_transactions", kMonitoring, "The same for traces, for Sentry and for OTLP each.", 1, 1'000'000}),
    row<&S::sentry_spool_bytes>({"sentry_spool_bytes", kMonitoring,
                                 "Disk space for what could not be sent; beyond, the oldest is dropped.", 0, kTera}),
    row<&S::sentry_shutdown_timeout_seconds>({"sentry_shutdown_timeout_seconds", kMonitoring,
                                              "Longest time for sending what waits when the server stops.", 0, 60}),
    row<&S::otlp_endpoint>({"otlp_endpoint", kMonitoring,
                            "OpenTelemetry collector that gets the traces by OTLP/HTTP, such as http://localhost:4318. "
                            "Empty: none.",
                            0, kMaxText}),
    row<&S::otlp_headers>(
        {"otlp_headers", kMonitoring, "Headers of those requests: name=value,name=value.", 0, kMaxText}),

    row<&S::health_min_free_disk>({"health_min_free_disk", kHealth,
                                   "With less disk space free the server is not ready: loads are about to fail.", 0,
                                   1000 * kTera}),
    row<&S::health_min_free_memory>({"health_min_free_memory", kHealth,
                                     "With less memory available on the machine its health is degraded.", 0,
                                     1000 * kTera}),
    row<&S::health_certificate_days>({"health_certificate_days", kHealth,
                                      "When the TLS certificate expires in fewer days health is degraded.", 0, 3650}),
    row<&S::health_engine_check_seconds>(
        {"health_engine_check_seconds", kHealth,
         "How often the engine of each open workspace is asked to answer a statement of smew's own.", 1, 3600}),
    row<&S::health_engine_timeout_seconds>({"health_engine_timeout_seconds", kHealth,
                                            "An engine that has not answered by then does not count as healthy.", 1,
                                            300}),
    row<&S::profile_hertz>(
        {"profile_hertz", kHealth, "Samples of a CPU profile for each second of CPU time.", 1, 1000}),
    row<&S::profile_max_seconds>(
        {"profile_max_seconds", kHealth, "Longest profile that GET /debug/pprof/profile takes.", 1, 3600}),

    row<&S::query_audit_enabled>({"query_audit_enabled", kQueries,
                                  "Write a record of every statement to query_audit_file. Can be changed while the "
                                  "server runs: PATCH /query-audit."}),
    row<&S::query_audit_mode>({"query_audit_mode", kQueries,
                               "What is kept of a statement's text, everywhere: full, structure (literals replaced by "
                               "?), or hash_only. The last two also keep error messages and plans free of literals."}),
    row<&S::query_audit_max_length>(
        {"query_audit_max_length", kQueries, "Bytes of a text that are kept; longer ones are cut.", 16, kMega}),
    row<&S::query_audit_file>({"query_audit_file", kQueries,
                               "Where the records go: a file, stdout or stderr. Empty: log/query-audit.jsonl in "
                               "data_dir.",
                               0, kMaxText}),
    row<&S::query_audit_file_max_bytes>({"query_audit_file_max_bytes", kQueries,
                                         "When the file is larger it is renamed to end in .1, .1 to .2 and so on.",
                                         1000, kTera}),
    row<&S::query_audit_file_count>(
        {"query_audit_file_count", kQueries, "Files that are kept, the current one among them.", 1, 1000}),
    row<&S::query_log_enabled>({"query_log_enabled", kQueries,
                                "Keep the records also in the table query_log, for GET /query-log and the database "
                                "smew_admin. Needs query_audit_enabled."}),
    row<&S::query_log_retention_days>(
        {"query_log_retention_days", kQueries, "Older records are removed from query_log.", 1, 3650}),
    row<&S::query_log_max_bytes>({"query_log_max_bytes", kQueries,
                                  "When query_log's file is larger, its oldest records are removed.", 10 * kMega,
                                  kTera}),
    row<&S::query_log_flush_seconds>({"query_log_flush_seconds", kQueries,
                                      "Longest time until a record is in query_log; a query of the log writes those "
                                      "that wait first.",
                                      1, 3600}),
    row<&S::slow_query_threshold_ms>(
        {"slow_query_threshold_ms", kQueries,
         "Statements that take longer are slow: logged, counted, listed, alerted. 0: none is.", 0, 86'400'000}),
    row<&S::slow_query_explain>({"slow_query_explain", kQueries,
                                 "Keep the plan of a slow statement's run, with timings, memory and spilled bytes."}),
    row<&S::slow_query_log_full>(
        {"slow_query_log_full", kQueries,
         "Keep the text of slow statements, as query_audit_mode allows; else their hash only."}),
    row<&S::history_max_projects>(
        {"history_max_projects", kQueries,
         "Projects whose last 24 hours are kept in memory for the dashboard, at most about 700 KB each. Of more, those "
         "without a statement for longest are forgotten.",
         0, 100'000}),

    row<&S::loader_max_concurrent>(
        {"loader_max_concurrent", kLoads, "Most loads and exports at a time; others wait.", 1, 1000}),
    row<&S::loader_memory_limit>({"loader_memory_limit", kLoads, "Memory of one load.", 64 * kMega, 64 * kTera}),
    row<&S::loader_timeout_seconds>({"loader_timeout_seconds", kLoads, "Longest time of one load.", 1, kMonth}),
    row<&S::import_max_bytes>({"import_max_bytes", kLoads, "Largest file that can be loaded.", 1, 1000 * kTera}),
    row<&S::version_grace_seconds>(
        {"version_grace_seconds", kLoads,
         "How long a replaced table version stays on disk for the statements that still read it.", 0, kMonth}),

    row<&S::http_max_json_bytes>({"http_max_json_bytes", kRest, "Largest JSON body of a request.", 1 << 10, 1 << 30}),
    row<&S::http_max_connections>({"http_max_connections", kRest,
                                   "Most connections to the REST API at a time; further ones are closed at once.", 1,
                                   1'000'000}),
    row<&S::http_idle_timeout_seconds>(
        {"http_idle_timeout_seconds", kRest, "A connection that sends nothing for so long is closed.", 1, kDay}),
    row<&S::idempotency_ttl_seconds>({"idempotency_ttl_seconds", kRest,
                                      "How long the answer to a request with an idempotency key is kept.", 1, kMonth}),
};

std::string bounds(const Setting& setting, std::string (*text)(std::int64_t)) {
    return "from " + text(setting.min) + " to " + text(setting.max);
}

std::string number_text(std::int64_t number) {
    return std::to_string(number);
}
std::string size_text(std::int64_t number) {
    return to_text(Bytes{static_cast<std::uint64_t>(number)});
}

std::string choice_list(std::span<const std::string_view> choices) {
    std::string list;
    for (const std::string_view choice : choices) {
        if (!list.empty()) list += ", ";
        list += choice;
    }
    return list;
}

}  // namespace

std::string Setting::flag() const {
    std::string text = "--" + std::string(name);
    std::ranges::replace(text, '_', '-');
    return text;
}

std::string Setting::environment_variable() const {
    std::string text = "SMEW_" + std::string(name);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string Setting::shown(const Settings& settings) const {
    std::string text = value(settings);
    return secret() && !text.empty() ? "***" : text;
}

std::string Setting::expectation() const {
    switch (kind) {
        case Kind::kText:
        case Kind::kSecret:
            return std::string(min > 0 ? "text" : "text, or nothing,") + " of at most " + number_text(max) +
                   " printable characters";
        case Kind::kAddress:
            return "host:port, such as 127.0.0.1:5432";
        case Kind::kBoolean:
            return "true or false";
        case Kind::kNumber:
            return "a whole number " + bounds(*this, number_text);
        case Kind::kSeconds:
            return "whole seconds " + bounds(*this, number_text);
        case Kind::kSize:
            return "a size " + bounds(*this, size_text);
        case Kind::kShare:
            return "a number from 0 to 1";
        case Kind::kOptionalShare:
            return "a number from 0 to 1, or nothing";
        case Kind::kChoice:
            return "one of " + choice_list(choices);
    }
    return {};
}

std::span<const Setting> settings_table() {
    return kTable;
}

const Setting* find_setting(std::string_view name) {
    const auto found = std::ranges::find(kTable, name, &Setting::name);
    return found == kTable.end() ? nullptr : &*found;
}

}  // namespace smew::config
