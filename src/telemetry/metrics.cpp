#include "telemetry/metrics.hpp"

#include "core/duration_buckets.hpp"
#include "telemetry/family_reading.hpp"
#include "telemetry/process_usage.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <sstream>
#include <vector>

namespace smew::telemetry {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;
using Bounds = Histogram::BucketBoundaries;

constexpr std::array<std::string_view, 5> kConnectionStatuses{"success", "auth_failed", "expired", "limit_reached",
                                                              "error"};
constexpr std::array<std::string_view, 4> kQueryStatuses{"success", "error", "timeout", "cancelled"};
constexpr std::array<std::string_view, 4> kRecordLosses{"worker", "feed", "audit_file", "query_log"};
constexpr std::array<std::string_view, 7> kWebSocketLogins{"success", "auth_failed", "expired", "limit_reached",
                                                           "refused", "timeout",     "error"};
constexpr std::array<std::string_view, 6> kWebSocketEnds{"client",         "slow_consumer", "silent",
                                                         "protocol_error", "session_ended", "shutdown"};
constexpr std::array<std::string_view, 2> kDirections{"in", "out"};
constexpr std::array<std::string_view, 4> kFormats{"csv", "parquet", "ndjson", "other"};
constexpr std::array<std::string_view, 2> kOutcomes{"error", "success"};  // by bool
constexpr std::array<std::string_view, 8> kMethods{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "other"};

const Bounds kQuerySeconds(kExportedBoundsSeconds.begin(), kExportedBoundsSeconds.end());
const Bounds kAuthSeconds{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1};
const Bounds kLlmSeconds{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120};
const Bounds kRequestSeconds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
const Bounds kWorkerStartSeconds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20};
const Bounds kLoadSeconds{0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600};

double seconds(std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
}

// The index of `text`, the last one ("other") when it is none of them.
template <std::size_t N>
std::size_t index_of(const std::array<std::string_view, N>& names, std::string_view text) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end() - 1, text) - names.begin());
}

Family<Counter>& counters(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
Family<Gauge>& gauges(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
Family<Histogram>& histograms(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

// One metric for each value of a label, made at once: what has not happened yet is told as 0.
template <class Metric, std::size_t N, class... Arguments>
std::array<Metric*, N> for_each_value(Family<Metric>& family, const char* label,
                                      const std::array<std::string_view, N>& values, const Arguments&... arguments) {
    std::array<Metric*, N> metrics{};
    for (std::size_t i = 0; i < N; ++i) metrics[i] = &family.Add({{label, std::string(values[i])}}, arguments...);
    return metrics;
}

using PerFormatAndOutcome = std::array<std::array<Counter*, kOutcomes.size()>, kFormats.size()>;

PerFormatAndOutcome for_each_format_and_outcome(Family<Counter>& family) {
    PerFormatAndOutcome metrics{};
    for (std::size_t format = 0; format < kFormats.size(); ++format) {
        for (std::size_t outcome = 0; outcome < kOutcomes.size(); ++outcome) {
            metrics[format][outcome] =
                &family.Add({{"format", std::string(kFormats[format])}, {"status", std::string(kOutcomes[outcome])}});
        }
    }
    return metrics;
}

prometheus::MetricFamily process_family(const char* name, const char* help, prometheus::MetricType type, double value) {
    prometheus::ClientMetric metric;
    metric.gauge.value = value;
    metric.counter.value = value;
    return {name, help, type, {std::move(metric)}};
}

void append_process_families(std::vector<prometheus::MetricFamily>& families) {
    using prometheus::MetricType;
    const ProcessUsage usage = read_process_usage();
    const auto add = [&families](const char* name, const char* help, MetricType type, auto value) {
        families.push_back(process_family(name, help, type, static_cast<double>(value)));
    };
    add("process_cpu_seconds_total", "CPU time of the gateway.", MetricType::Counter, usage.cpu_seconds);
    add("process_resident_memory_bytes", "Resident memory of the gateway.", MetricType::Gauge, usage.resident_bytes);
    add("process_virtual_memory_bytes", "Virtual memory of the gateway.", MetricType::Gauge, usage.virtual_bytes);
    add("process_open_fds", "Open file descriptors of the gateway.", MetricType::Gauge, usage.open_fds);
    add("process_max_fds", "Most file descriptors the gateway may open.", MetricType::Gauge, usage.max_fds);
    add("process_start_time_seconds", "Start of the gateway since 1970.", MetricType::Gauge, usage.start_time_seconds);
}

}  // namespace

// The table: name and help, type, labels, buckets.
struct Metrics::Impl {
    Registry registry;

    std::array<Counter*, kConnectionStatuses.size()> connections = for_each_value(
        counters(registry, "pgwire_connections_total", "Connections of PostgreSQL clients by how their login ended."),
        "status", kConnectionStatuses);
    Gauge& connections_active =
        gauges(registry, "pgwire_connections_active", "Open connections of PostgreSQL clients.").Add({});
    std::array<Counter*, kQueryStatuses.size()> queries = for_each_value(
        counters(registry, "pgwire_queries_total", "Statements of PostgreSQL clients by how they ended."), "status",
        kQueryStatuses);
    Histogram& query_seconds =
        histograms(registry, "pgwire_query_duration_seconds", "Time from a statement's arrival to its last row.")
            .Add({}, kQuerySeconds);
    // The same by finer bounds, for percentiles; not exported.
    std::array<std::atomic<std::uint64_t>, kDurationBucketCount> durations{};
    Counter& slow_queries =
        counters(registry, "pgwire_slow_queries_total", "Statements slower than slow_query_threshold_ms.").Add({});
    Counter& query_records =
        counters(registry, "smew_query_records_total", "Records of statements that workers reported.").Add({});
    std::array<Counter*, kRecordLosses.size()> query_records_dropped =
        for_each_value(counters(registry, "smew_query_records_dropped_total",
                                "Records of statements that were lost, by where there was no room for them."),
                       "where", kRecordLosses);
    Histogram& auth_seconds =
        histograms(registry, "pgwire_auth_duration_seconds", "Time from a startup packet to the end of the login.")
            .Add({}, kAuthSeconds);
    Counter& bytes_sent = counters(registry, "pgwire_bytes_sent_total", "Bytes sent to PostgreSQL clients.").Add({});

    Counter& rows_sent = counters(registry, "pgwire_rows_sent_total", "Rows sent to PostgreSQL clients.").Add({});
    Gauge& sessions = gauges(registry, "pgwire_sessions_total", "Sessions that workers serve now.").Add({});

    Gauge& running = gauges(registry, "smew_queries_running", "Statements that run now.").Add({});
    Gauge& waiting =
        gauges(registry, "smew_queries_waiting", "Statements that wait for their turn, or for memory.").Add({});
    Gauge& loaders = gauges(registry, "smew_loaders_active", "Running worker processes of loads.").Add({});
    Gauge& memory = gauges(registry, "smew_worker_memory_bytes", "Memory in use by all workers.").Add({});
    Gauge& memory_granted =
        gauges(registry, "smew_worker_memory_granted_bytes", "Memory that all workers together may use now.").Add({});
    Gauge& memory_limit =
        gauges(registry, "smew_worker_memory_limit_bytes", "Most memory for all workers (memory_total_limit).").Add({});
    Gauge& workspace_disk =
        gauges(registry, "smew_workspace_disk_bytes", "Disk space of the tables of all open workspaces.").Add({});
    Gauge& workspace_temp =
        gauges(registry, "smew_workspace_temp_bytes", "Disk space of what does not fit into workers' memory.").Add({});
    Counter& memory_pressure =
        counters(registry, "smew_memory_pressure_total",
                 "Times the machine was so short of memory that a workspace's statements were ended.")
            .Add({});
    Counter& starts_refused =
        counters(registry, "smew_worker_start_refused_total", "Workers that were not started for lack of memory.")
            .Add({});
    std::array<Counter*, kWebSocketLogins.size()> websocket_logins = for_each_value(
        counters(registry, "websocket_connections_total", "WebSocket connections by how their login ended."), "outcome",
        kWebSocketLogins);
    Gauge& websocket_active =
        gauges(registry, "websocket_connections_active", "Open WebSocket connections, also before login.").Add({});
    std::array<Counter*, kWebSocketEnds.size()> websocket_ends = for_each_value(
        counters(registry, "websocket_closed_total", "Logged-in WebSocket connections by why they ended."), "reason",
        kWebSocketEnds);
    std::array<Counter*, kDirections.size()> websocket_messages = for_each_value(
        counters(registry, "websocket_messages_total", "WebSocket messages by direction."), "direction", kDirections);
    std::array<Counter*, kDirections.size()> websocket_bytes =
        for_each_value(counters(registry, "websocket_bytes_total", "Bytes of WebSocket messages by direction."),
                       "direction", kDirections);
    Histogram& websocket_seconds = histograms(registry, "websocket_message_duration_seconds",
                                              "Time from a message with a statement to the last word of its answer.")
                                       .Add({}, kQuerySeconds);
    Histogram& websocket_round_trips =
        histograms(registry, "websocket_round_trip_seconds", "Time from the server's ping to the client's pong.")
            .Add({}, kQuerySeconds);
    Gauge& websocket_queued =
        gauges(registry, "websocket_send_queue_bytes", "Bytes that wait to be sent to WebSocket clients.").Add({});
    std::array<Counter*, kOutcomes.size()> llm_requests =
        for_each_value(counters(registry, "smew_llm_requests_total", "Questions to the language model by outcome."),
                       "status", kOutcomes);
    Histogram& llm_seconds =
        histograms(registry, "smew_llm_request_duration_seconds", "Time the language model took.").Add({}, kLlmSeconds);

    Gauge& workers = gauges(registry, "smew_workers_active", "Running worker processes.").Add({});
    Histogram& worker_start_seconds =
        histograms(registry, "smew_worker_start_seconds", "Time from starting a worker process to its readiness.")
            .Add({}, kWorkerStartSeconds);
    Counter& workers_lost =
        counters(registry, "smew_worker_lost_total", "Worker processes that ended without being told to.").Add({});
    std::array<Counter*, kOutcomes.size()> engine_checks =
        for_each_value(counters(registry, "smew_engine_checks_total",
                                "Questions to the engines of open workspaces whether they are well, by outcome."),
                       "status", kOutcomes);

    PerFormatAndOutcome imports = for_each_format_and_outcome(
        counters(registry, "duckdb_import_operations_total", "Imports by file format and outcome."));
    std::array<Histogram*, kFormats.size()> import_seconds =
        for_each_value(histograms(registry, "duckdb_import_duration_seconds", "Time of an import by file format."),
                       "format", kFormats, kLoadSeconds);
    Counter& import_rows = counters(registry, "duckdb_import_rows_total", "Rows imported.").Add({});
    std::array<Counter*, kFormats.size()> import_bytes = for_each_value(
        counters(registry, "duckdb_import_bytes_total", "Bytes imported by file format."), "format", kFormats);
    PerFormatAndOutcome exports = for_each_format_and_outcome(
        counters(registry, "duckdb_export_operations_total", "Exports by file format and outcome."));
    std::array<Histogram*, kFormats.size()> export_seconds =
        for_each_value(histograms(registry, "duckdb_export_duration_seconds", "Time of an export by file format."),
                       "format", kFormats, kLoadSeconds);
    Counter& export_rows = counters(registry, "duckdb_export_rows_total", "Rows exported.").Add({});

    Family<Counter>& requests =
        counters(registry, "duckdb_api_requests_total", "REST requests by method, route and status code.");
    Family<Histogram>& request_seconds =
        histograms(registry, "duckdb_api_request_duration_seconds", "Time of a REST request by method and route.");
    Family<Counter>& request_errors =
        counters(registry, "duckdb_api_errors_total", "REST requests that failed, by whose fault it was and route.");
    Gauge& requests_in_flight = gauges(registry, "duckdb_api_requests_in_flight", "REST requests under way.").Add({});

    Gauge& projects = gauges(registry, "duckdb_projects_total", "Projects.").Add({});
    Gauge& buckets = gauges(registry, "duckdb_buckets_total", "Buckets of all projects.").Add({});
    Gauge& tables = gauges(registry, "duckdb_tables_total", "Tables of all projects.").Add({});
    Gauge& workspaces = gauges(registry, "duckdb_workspaces_total", "Workspaces of all projects.").Add({});
    Family<Gauge>& storage_bytes = gauges(registry, "duckdb_storage_size_bytes", "Disk space by what takes it.");
    Gauge& metadata_bytes = storage_bytes.Add({{"type", "metadata"}});
    Gauge& tables_bytes = storage_bytes.Add({{"type", "tables"}});
    Gauge& files_bytes = storage_bytes.Add({{"type", "files"}});
    Gauge& workspaces_bytes = storage_bytes.Add({{"type", "workspaces"}});

    Gauge& up = gauges(registry, "duckdb_api_up", "1 while the server runs.").Add({});
    Gauge& start_seconds = gauges(registry, "duckdb_api_start_time_seconds", "Start of the server since 1970.").Add({});
    Family<Gauge>& service_info = gauges(registry, "duckdb_api_service_info", "Versions of smew and DuckDB as labels.");
};

Metrics::Metrics(std::string_view version, std::string_view duckdb_version) : impl_(std::make_unique<Impl>()) {
    impl_->up.Set(1);
    impl_->start_seconds.Set(read_process_usage().start_time_seconds);
    impl_->service_info.Add({{"version", std::string(version)}, {"duckdb_version", std::string(duckdb_version)}})
        .Set(1);
}

Metrics::~Metrics() = default;

std::string Metrics::scrape() const {
    std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
    append_process_families(families);
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families);
    return std::move(text).str();
}

MetricsReading Metrics::read() const {
    MetricsReading reading = reading_of(impl_->registry.Collect());
    std::ranges::transform(impl_->durations, reading.durations.begin(), [](const auto& count) {
        return static_cast<double>(count.load(std::memory_order_relaxed));
    });
    return reading;
}

void Metrics::connection(ConnectionStatus status) {
    impl_->connections[static_cast<std::size_t>(status)]->Increment();
}

void Metrics::connections_active(std::int64_t change) {
    impl_->connections_active.Increment(static_cast<double>(change));
}

void Metrics::query(QueryStatus status, std::uint64_t count) {
    impl_->queries[static_cast<std::size_t>(status)]->Increment(static_cast<double>(count));
}

void Metrics::query_duration(std::chrono::microseconds taken) {
    impl_->query_seconds.Observe(seconds(taken));
    impl_->durations[duration_bucket(taken)].fetch_add(1, std::memory_order_relaxed);
}

void Metrics::query_durations(std::span<const std::uint64_t> bucket_counts, std::uint64_t total_us) {
    std::vector<double> counts(kExportedBoundsSeconds.size() + 1, 0);
    for (std::size_t i = 0; i < bucket_counts.size(); ++i) {
        counts[exported_bucket(i)] += static_cast<double>(bucket_counts[i]);
        impl_->durations[std::min(i, kDurationBucketCount - 1)].fetch_add(bucket_counts[i], std::memory_order_relaxed);
    }
    impl_->query_seconds.ObserveMultiple(counts, static_cast<double>(total_us) / 1e6);
}

void Metrics::query_records(std::uint64_t count) {
    impl_->query_records.Increment(static_cast<double>(count));
}

void Metrics::query_records_dropped(RecordLoss where, std::uint64_t count) {
    impl_->query_records_dropped[static_cast<std::size_t>(where)]->Increment(static_cast<double>(count));
}

void Metrics::slow_query() {
    impl_->slow_queries.Increment();
}

void Metrics::auth_duration(std::chrono::microseconds taken) {
    impl_->auth_seconds.Observe(seconds(taken));
}

void Metrics::bytes_sent(std::uint64_t count) {
    impl_->bytes_sent.Increment(static_cast<double>(count));
}

void Metrics::rows_sent(std::uint64_t count) {
    impl_->rows_sent.Increment(static_cast<double>(count));
}

void Metrics::fleet(const FleetNow& now) {
    impl_->sessions.Set(static_cast<double>(now.sessions));
    impl_->running.Set(static_cast<double>(now.running));
    impl_->waiting.Set(static_cast<double>(now.waiting));
    impl_->loaders.Set(static_cast<double>(now.loaders));
    impl_->memory.Set(static_cast<double>(now.memory_bytes));
    impl_->memory_granted.Set(static_cast<double>(now.memory_granted_bytes));
    impl_->memory_limit.Set(static_cast<double>(now.memory_limit_bytes));
    impl_->workspace_disk.Set(static_cast<double>(now.disk_bytes));
    impl_->workspace_temp.Set(static_cast<double>(now.temp_bytes));
}

void Metrics::memory_pressure() {
    impl_->memory_pressure.Increment();
}

void Metrics::worker_start_refused() {
    impl_->starts_refused.Increment();
}

void Metrics::websocket_login(WebSocketLogin outcome) {
    impl_->websocket_logins[static_cast<std::size_t>(outcome)]->Increment();
}

void Metrics::websocket_active(std::int64_t change) {
    impl_->websocket_active.Increment(static_cast<double>(change));
}

void Metrics::websocket_closed(WebSocketEnd reason) {
    impl_->websocket_ends[static_cast<std::size_t>(reason)]->Increment();
}

void Metrics::websocket_received(std::uint64_t bytes) {
    impl_->websocket_messages[0]->Increment();
    impl_->websocket_bytes[0]->Increment(static_cast<double>(bytes));
}

void Metrics::websocket_sent(std::uint64_t messages, std::uint64_t bytes) {
    impl_->websocket_messages[1]->Increment(static_cast<double>(messages));
    impl_->websocket_bytes[1]->Increment(static_cast<double>(bytes));
}

void Metrics::websocket_answered(std::chrono::microseconds taken) {
    impl_->websocket_seconds.Observe(seconds(taken));
}

void Metrics::websocket_queued(std::int64_t change) {
    impl_->websocket_queued.Increment(static_cast<double>(change));
}

void Metrics::websocket_round_trip(std::chrono::microseconds taken) {
    impl_->websocket_round_trips.Observe(seconds(taken));
}

void Metrics::llm_request(bool success, std::chrono::microseconds taken) {
    impl_->llm_requests[success ? 1 : 0]->Increment();
    impl_->llm_seconds.Observe(seconds(taken));
}

void Metrics::workers_active(std::int64_t count) {
    impl_->workers.Set(static_cast<double>(count));
}

void Metrics::worker_started(std::chrono::microseconds taken) {
    impl_->worker_start_seconds.Observe(seconds(taken));
}

void Metrics::worker_lost() {
    impl_->workers_lost.Increment();
}

void Metrics::engine_check(bool answered) {
    impl_->engine_checks[answered ? 1 : 0]->Increment();
}

void Metrics::import_done(std::string_view format, bool success, std::chrono::microseconds taken, std::uint64_t rows,
                          std::uint64_t bytes) {
    const std::size_t index = index_of(kFormats, format);
    impl_->imports[index][success ? 1 : 0]->Increment();
    impl_->import_seconds[index]->Observe(seconds(taken));
    impl_->import_rows.Increment(static_cast<double>(rows));
    impl_->import_bytes[index]->Increment(static_cast<double>(bytes));
}

void Metrics::export_done(std::string_view format, bool success, std::chrono::microseconds taken, std::uint64_t rows) {
    const std::size_t index = index_of(kFormats, format);
    impl_->exports[index][success ? 1 : 0]->Increment();
    impl_->export_seconds[index]->Observe(seconds(taken));
    impl_->export_rows.Increment(static_cast<double>(rows));
}

void Metrics::http_request(std::string_view method, std::string_view route, int status,
                           std::chrono::microseconds taken) {
    const std::string verb(kMethods[index_of(kMethods, method)]);
    const std::string endpoint(route);
    impl_->requests.Add({{"method", verb}, {"endpoint", endpoint}, {"status_code", std::to_string(status)}})
        .Increment();
    impl_->request_seconds.Add({{"method", verb}, {"endpoint", endpoint}}, kRequestSeconds).Observe(seconds(taken));
    if (status < 400) return;
    const char* type = status < 500 ? "client_error" : "server_error";
    impl_->request_errors.Add({{"type", type}, {"endpoint", endpoint}}).Increment();
}

void Metrics::http_in_flight(std::int64_t change) {
    impl_->requests_in_flight.Increment(static_cast<double>(change));
}

void Metrics::inventory(const Inventory& now) {
    impl_->projects.Set(static_cast<double>(now.projects));
    impl_->buckets.Set(static_cast<double>(now.buckets));
    impl_->tables.Set(static_cast<double>(now.tables));
    impl_->workspaces.Set(static_cast<double>(now.workspaces));
    impl_->metadata_bytes.Set(static_cast<double>(now.metadata_bytes));
    impl_->tables_bytes.Set(static_cast<double>(now.tables_bytes));
    impl_->files_bytes.Set(static_cast<double>(now.files_bytes));
    impl_->workspaces_bytes.Set(static_cast<double>(now.workspaces_bytes));
}

}  // namespace smew::telemetry
