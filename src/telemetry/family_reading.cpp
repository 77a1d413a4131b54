#include "telemetry/family_reading.hpp"

#include "telemetry/process_usage.hpp"

#include <algorithm>

namespace smew::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

std::string_view label(const ClientMetric& metric, std::string_view name) {
    const auto found =
        std::find_if(metric.label.begin(), metric.label.end(), [&](const auto& one) { return one.name == name; });
    return found == metric.label.end() ? std::string_view() : std::string_view(found->value);
}

void add_query(MetricsReading& reading, const ClientMetric& metric) {
    const std::string_view status = label(metric, "status");
    reading.queries += metric.counter.value;
    if (status == "error" || status == "timeout") reading.failed += metric.counter.value;
    if (status == "cancelled") reading.cancelled += metric.counter.value;
}

// What one sample of a family adds to the reading.
struct Source {
    std::string_view family;
    void (*add)(MetricsReading&, const ClientMetric&);
};

constexpr std::array kSources{
    Source{"pgwire_queries_total", add_query},
    Source{"pgwire_slow_queries_total",
           [](MetricsReading& reading, const ClientMetric& metric) { reading.slow_queries += metric.counter.value; }},
    Source{"pgwire_connections_total",
           [](MetricsReading& reading, const ClientMetric& metric) {
               if (label(metric, "status") == "auth_failed") reading.auth_failures += metric.counter.value;
           }},
    Source{"pgwire_bytes_sent_total",
           [](MetricsReading& reading, const ClientMetric& metric) { reading.bytes_sent += metric.counter.value; }},
    Source{"pgwire_connections_active",
           [](MetricsReading& reading, const ClientMetric& metric) { reading.connections += metric.gauge.value; }},
    Source{"smew_workers_active",
           [](MetricsReading& reading, const ClientMetric& metric) { reading.workers += metric.gauge.value; }},
    Source{"duckdb_api_requests_total",
           [](MetricsReading& reading, const ClientMetric& metric) { reading.rest_requests += metric.counter.value; }},
    Source{"duckdb_api_errors_total",
           [](MetricsReading& reading, const ClientMetric& metric) {
               if (label(metric, "type") == "server_error") reading.rest_errors += metric.counter.value;
           }},
};

}  // namespace

MetricsReading reading_of(const std::vector<MetricFamily>& families) {
    MetricsReading reading;
    for (const MetricFamily& family : families) {
        const auto source = std::find_if(kSources.begin(), kSources.end(),
                                         [&](const Source& candidate) { return candidate.family == family.name; });
        if (source == kSources.end()) continue;
        for (const ClientMetric& metric : family.metric) source->add(reading, metric);
    }
    reading.gateway_bytes = static_cast<double>(read_process_usage().resident_bytes);
    return reading;
}

}  // namespace smew::telemetry
