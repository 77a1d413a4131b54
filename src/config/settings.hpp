#pragma once
// Every setting of smew as a typed value. The table in settings_table.cpp declares each once: flag, environment
// variable (SMEW_ and the name in capitals), TOML key, doc, default, bounds, secret or not. Loaded once at start;
// read-only after.

#include "core/bytes.hpp"
#include "core/secret.hpp"
#include "core/severity.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace smew::config {

enum class SandboxMode { kRequired, kPreferred, kOff };      // worker_sandbox: required | preferred | off
enum class TlsMode { kOff, kPrefer, kRequire };              // pgwire_ssl_mode: disable | prefer | require
enum class QueryAuditMode { kFull, kStructure, kHashOnly };  // query_audit_mode: full | structure | hash_only
enum class StatementErrors { kNone, kServer, kAll };         // sentry_statement_errors: none | server | all

struct Settings {
    // Where and how it listens.
    std::string data_dir = "./data";
    std::string http_listen = "127.0.0.1:8000";
    std::string pg_listen = "127.0.0.1:5432";
    std::string public_host;  // host told to users of a workspace; empty: the address of pg_listen
    Secret admin_key;         // empty: generated at the first start, printed once, its hash kept in the metadata store
    bool demo = false;        // make the sample project "demo" at start
    Severity log_level = Severity::kInfo;
    int io_threads = 0;     // 0: one a core
    int http_threads = 16;  // threads that run REST handlers

    // TLS. Without files a self-signed certificate is made in data_dir/tls at first start.
    TlsMode pgwire_ssl_mode = TlsMode::kPrefer;
    std::string tls_cert_file;
    std::string tls_key_file;
    bool http_tls = false;

    // PostgreSQL wire.
    int pgwire_max_connections_total = 1000;
    int pgwire_max_connections_per_workspace = 100;
    int pgwire_max_connections_per_address = 500;  // also before login
    std::chrono::seconds pgwire_login_timeout_seconds{30};
    std::chrono::seconds pgwire_idle_timeout_seconds{3600};
    std::chrono::seconds pgwire_idle_in_transaction_timeout_seconds{600};
    std::chrono::seconds pgwire_query_timeout_seconds{300};
    Bytes pgwire_max_message_bytes{256ULL << 20};
    int pgwire_max_prepared_statements = 1000;  // per session; portals likewise

    // Failed logins, counted per client address and user.
    int auth_failure_limit = 10;
    std::chrono::seconds auth_failure_window_seconds{60};
    std::chrono::seconds auth_ban_seconds{300};

    // WebSocket. Its sessions have places of their own: those of PostgreSQL clients stay free.
    int websocket_max_connections_total = 4000;        // also before login
    int websocket_max_connections_per_address = 2000;  // likewise
    int websocket_max_sessions_per_workspace = 2000;   // logged in
    std::string websocket_allowed_origins;             // blank-separated; empty: the server's own; "*": any
    std::chrono::seconds websocket_login_timeout_seconds{10};
    std::chrono::seconds websocket_ping_interval_seconds{30};
    std::chrono::seconds websocket_expiry_notice_seconds{300};  // before a workspace's end
    Bytes websocket_max_message_bytes{1 << 20};
    int websocket_max_messages_per_second = 1000;  // of one connection
    int websocket_max_pending = 32;                // statements of one connection that wait
    Bytes websocket_batch_bytes{64 << 10};         // of rows in one message
    Bytes websocket_send_queue_bytes{1 << 20};     // of one connection
    std::chrono::seconds websocket_slow_consumer_timeout_seconds{30};
    bool websocket_compression = false;  // permessage-deflate costs about 300 KB a connection

    // Conversations, and the model that answers what is no SQL.
    int conversation_max_per_user = 1000;  // the one unused longest goes
    int conversation_max_messages = 10'000;
    Bytes conversation_max_message_bytes{64 << 10};
    int conversation_max_messages_per_minute = 6000;  // of one user
    std::string llm_url;                              // of an API like OpenAI's; empty: none
    Secret llm_api_key;
    std::string llm_model;
    std::chrono::seconds llm_timeout_seconds{60};
    int llm_max_concurrent = 4;
    Bytes llm_max_answer_bytes{256 << 10};
    Bytes llm_max_schema_bytes{32 << 10};

    // Workspaces and their workers.
    Bytes workspace_default_memory_limit{4'000'000'000};
    int workspace_default_size_limit_gb = 10;
    int workspace_temp_limit_gb = 10;               // for what does not fit into memory
    int workspace_max_result_rows = 100'000;        // of one statement; 0: no limit
    Bytes workspace_max_result_bytes{100'000'000};  // likewise
    Bytes memory_total_limit{0};                    // of all workers; 0: a share of the machine's
    int workspace_default_ttl_hours = 24;
    int workspace_max_ttl_hours = 168;
    int workspace_max_per_project = 100;
    int workspace_max_concurrent_queries = 16;
    int workspace_large_query_percent = 75;   // of its memory, for statements with large plans together; 0: no classes
    int max_running_queries = 0;              // of all workspaces together; 0: no limit
    int max_running_queries_per_project = 0;  // likewise
    int workspace_threads = 0;                // DuckDB threads of one workspace; 0: one a core
    SandboxMode worker_sandbox = SandboxMode::kPreferred;
    int worker_uid_base = 200000;  // first of the user ids that workers take when smew runs as root; 0: keep the user
    std::chrono::seconds worker_idle_seconds{300};  // a worker without sessions is ended after this
    std::chrono::seconds worker_start_timeout_seconds{20};
    std::chrono::seconds worker_kill_grace_seconds{5};  // from the deadline of a statement to the worker's end
    int worker_max_count = 500;

    // Alerts. Without a webhook they are only logged and kept for GET /alerts.
    Secret alert_webhook_url;      // blank-separated, each maybe with a format in front: slack+https://…
    Secret alert_webhook_headers;  // a JSON object
    Secret alert_webhook_secret;   // signs the bodies
    std::string alert_instance;    // empty: the machine's name
    std::chrono::seconds alert_min_interval_seconds{60};  // between two alerts of one type
    std::chrono::seconds alert_window_seconds{300};
    int alert_error_rate_percent = 5;
    int alert_error_rate_min_queries = 20;
    int alert_latency_p95_ms = 2500;     // of a workspace's statements, over the window; 0: never
    int alert_latency_spike_factor = 5;  // times the workspace's own P95 of the hour before; 0: never
    int alert_auth_failures = 10;
    int alert_workspace_size_percent = 90;

    // What the dashboard shows of the last 24 hours, in memory.
    int history_max_projects = 100;  // about 700 KB each; of more, those unused longest are forgotten

    // What is kept of every statement.
    bool query_audit_enabled = true;
    QueryAuditMode query_audit_mode = QueryAuditMode::kFull;
    int query_audit_max_length = 10'000;  // bytes of a text
    std::string query_audit_file;         // empty: log/query-audit.jsonl in data_dir; or stdout, stderr
    Bytes query_audit_file_max_bytes{100'000'000};
    int query_audit_file_count = 10;  // with the one that is written
    bool query_log_enabled = false;
    int query_log_retention_days = 7;
    Bytes query_log_max_bytes{1'000'000'000};
    std::chrono::seconds query_log_flush_seconds{5};
    int slow_query_threshold_ms = 1000;  // 0: nothing is slow
    bool slow_query_explain = true;
    bool slow_query_log_full = true;

    // Error monitoring and tracing. Without sentry_dsn and otlp_endpoint nothing is recorded.
    Secret sentry_dsn;
    std::string environment = "production";
    std::string sentry_release_name = "smew";           // release: "smew@0.1.0"
    std::optional<double> sentry_traces_sample_rate;    // nothing: by environment, 0.1 in production, else 1
    std::optional<double> sentry_profiles_sample_rate;  // likewise
    double sentry_health_sample_rate = 0.01;
    double sentry_websocket_sample_rate = 0.5;
    double sentry_api_sample_rate = 0.2;
    double sentry_error_sample_rate = 1;
    StatementErrors sentry_statement_errors = StatementErrors::kServer;
    std::string sentry_ignore_sqlstates;  // blank-separated codes, or classes of two characters
    std::string sentry_ignore_errors;     // blank-separated names of exceptions
    bool sentry_send_default_pii = false;
    bool sentry_check_ins = true;
    int sentry_queue_errors = 100;
    int sentry_queue_transactions = 1000;
    Bytes sentry_spool_bytes{20'000'000};
    std::chrono::seconds sentry_shutdown_timeout_seconds{2};
    std::string otlp_endpoint;  // base URL of a collector: traces go to /v1/traces below it
    Secret otlp_headers;        // "name=value,name=value"

    // Health: what counts as short.
    Bytes health_min_free_disk{256'000'000};
    Bytes health_min_free_memory{64'000'000};
    int health_certificate_days = 14;
    std::chrono::seconds health_engine_check_seconds{15};
    std::chrono::seconds health_engine_timeout_seconds{5};

    // CPU profiles.
    int profile_hertz = 101;  // no divisor of what else is done so many times a second
    std::chrono::seconds profile_max_seconds{60};

    // Loads and REST.
    int loader_max_concurrent = 4;
    Bytes loader_memory_limit{2'000'000'000};
    std::chrono::seconds loader_timeout_seconds{3600};
    Bytes import_max_bytes{1'000'000'000'000};
    Bytes http_max_json_bytes{1 << 20};
    int http_max_connections = 2000;
    std::chrono::seconds http_idle_timeout_seconds{60};
    std::chrono::seconds idempotency_ttl_seconds{600};
    std::chrono::seconds version_grace_seconds{600};  // a replaced table version stays on disk this long
    std::chrono::seconds shutdown_timeout_seconds{10};
};

}  // namespace smew::config
