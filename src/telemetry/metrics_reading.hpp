#pragma once
// What a history of the service is made of, read off the metrics at one moment.

#include "core/duration_buckets.hpp"

#include <array>
#include <cstdint>

namespace smew::telemetry {

struct MetricsReading {
    // Counted since the start.
    double queries = 0, failed = 0, cancelled = 0;  // failed: errors and timeouts
    double slow_queries = 0;
    double auth_failures = 0;
    double bytes_sent = 0;
    double rest_requests = 0, rest_errors = 0;
    std::array<double, kDurationBucketCount> durations{};  // queries by how long they took
    // As they are now.
    double connections = 0, workers = 0;
    double gateway_bytes = 0;  // resident memory
};

}  // namespace smew::telemetry
