#pragma once
// Every metric smew exports, declared once in metrics.cpp with name, help, type, labels and buckets. Lives in the
// gateway; workers report over the link. All methods are thread-safe and cheap (an atomic or a short lock); label
// values come from fixed sets, so cardinality is bounded. Names: the seeds and reference-service 3.5 and 5.1.

#include "telemetry/metrics_reading.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace smew::telemetry {

enum class ConnectionStatus { kSuccess, kAuthFailed, kExpired, kLimitReached, kError };
enum class QueryStatus { kSuccess, kError, kTimeout, kCancelled };
enum class WebSocketLogin { kSuccess, kAuthFailed, kExpired, kLimitReached, kRefused, kTimeout, kError };
enum class WebSocketEnd {
    kClient,         // it closed, or is gone
    kSlowConsumer,   // it did not read what it had asked for
    kSilent,         // no answer to a ping
    kProtocolError,  // frames or messages that break the rules
    kSessionEnded,   // by an admin, expiry, idleness or a lost worker
    kShutdown,
};

class Metrics {
public:
    Metrics(std::string_view version, std::string_view duckdb_version);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // Prometheus text format 0.0.4.
    std::string scrape() const;
    // What a history of the service is made of.
    MetricsReading read() const;

    // PostgreSQL wire.
    void connection(ConnectionStatus status);              // pgwire_connections_total{status}
    void connections_active(std::int64_t change);          // pgwire_connections_active
    void query(QueryStatus status, std::uint64_t count);   // pgwire_queries_total{status}
    void query_duration(std::chrono::microseconds taken);  // pgwire_query_duration_seconds
    // The same, already counted by a worker: one count for each of kDurationBounds and one above, and the sum.
    // Counts beyond those are added to the last, missing ones are zero.
    void query_durations(std::span<const std::uint64_t> bucket_counts, std::uint64_t total_us);
    // Query records (link/query_record.hpp). The reader of records that had no room for them.
    enum class RecordLoss { kWorker, kFeed, kAuditFile, kQueryLog };
    void query_records(std::uint64_t count);                            // smew_query_records_total
    void query_records_dropped(RecordLoss where, std::uint64_t count);  // smew_query_records_dropped_total{where}
    void slow_query();                                                  // pgwire_slow_queries_total
    void auth_duration(std::chrono::microseconds taken);                // pgwire_auth_duration_seconds
    void bytes_sent(std::uint64_t count);                               // pgwire_bytes_sent_total

    void rows_sent(std::uint64_t count);  // pgwire_rows_sent_total

    // The fleet as it is now. pgwire_sessions_total (a gauge in spite of its name), smew_queries_running,
    // smew_queries_waiting, smew_loaders_active, smew_worker_memory_bytes, …_granted_bytes, …_limit_bytes,
    // smew_workspace_disk_bytes, smew_workspace_temp_bytes
    struct FleetNow {
        std::size_t sessions = 0, running = 0, waiting = 0, loaders = 0;
        std::uint64_t memory_bytes = 0, memory_granted_bytes = 0, memory_limit_bytes = 0;
        std::uint64_t disk_bytes = 0, temp_bytes = 0;
    };
    void fleet(const FleetNow& now);
    void memory_pressure();       // smew_memory_pressure_total
    void worker_start_refused();  // smew_worker_start_refused_total

    // WebSocket.
    void websocket_login(WebSocketLogin outcome);  // websocket_connections_total{outcome}
    void websocket_active(std::int64_t change);    // websocket_connections_active
    void websocket_closed(WebSocketEnd reason);    // websocket_closed_total{reason}
    void websocket_received(std::uint64_t bytes);  // websocket_messages_total{direction="in"}, bytes
    void websocket_sent(std::uint64_t messages, std::uint64_t bytes);  // {direction="out"}, bytes
    void websocket_answered(std::chrono::microseconds taken);          // websocket_message_duration_seconds
    void websocket_queued(std::int64_t change);                        // websocket_send_queue_bytes
    void websocket_round_trip(std::chrono::microseconds taken);        // websocket_round_trip_seconds
    void llm_request(bool success, std::chrono::microseconds taken);   // smew_llm_requests_total{status}, …_seconds

    // Workers and loads.
    void workers_active(std::int64_t count);               // smew_workers_active
    void worker_started(std::chrono::microseconds taken);  // smew_worker_start_seconds
    void worker_lost();                                    // smew_worker_lost_total
    void engine_check(bool answered);                      // smew_engine_checks_total{status}
    void import_done(std::string_view format, bool success, std::chrono::microseconds taken, std::uint64_t rows,
                     std::uint64_t bytes);  // duckdb_import_*
    void export_done(std::string_view format, bool success, std::chrono::microseconds taken, std::uint64_t rows);

    // REST. `route` is the route's pattern, never the path. duckdb_api_requests_total{method,endpoint,status_code},
    // duckdb_api_request_duration_seconds{method,endpoint}, duckdb_api_errors_total{type,endpoint}
    void http_request(std::string_view method, std::string_view route, int status, std::chrono::microseconds taken);
    void http_in_flight(std::int64_t change);  // duckdb_api_requests_in_flight

    // Set from the metadata store now and then. duckdb_projects_total, duckdb_buckets_total, duckdb_tables_total,
    // duckdb_workspaces_total (gauges in spite of their names), duckdb_storage_size_bytes{type}
    struct Inventory {
        std::int64_t projects = 0, buckets = 0, tables = 0, workspaces = 0;
        std::int64_t metadata_bytes = 0, tables_bytes = 0, files_bytes = 0, workspaces_bytes = 0;
    };
    void inventory(const Inventory& now);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace smew::telemetry
