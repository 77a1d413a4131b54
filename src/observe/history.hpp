#pragma once
// The last 24 hours of the service in memory, ever coarser: every second for 10 minutes, every 10 seconds for 3 hours,
// every minute for a day. Bounded: 3,120 intervals of some 150 bytes. Gone at a restart; Prometheus keeps more.

#include "core/clock.hpp"
#include "telemetry/metrics_reading.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace smew::observe {

struct Measured {
    telemetry::MetricsReading metrics;
    double sessions = 0;
    double worker_bytes = 0;  // memory of all workers
};

struct HistoryPoint {
    WallTime at{};
    Measured measured;
};

// What happened between two points: rates from their counters, the higher of the two moments' gauges.
struct HistoryInterval {
    WallTime end{};
    double queries_per_second = 0, errors_per_second = 0, cancelled_per_second = 0, bytes_per_second = 0;
    double requests_per_second = 0, request_errors_per_second = 0;
    double slow_queries = 0, auth_failures = 0;  // in the interval
    double p50_seconds = 0, p95_seconds = 0, p99_seconds = 0;
    bool any_query = false;  // without one there are no percentiles
    double sessions = 0, workers = 0, worker_bytes = 0, gateway_bytes = 0;
};

class History {
public:
    using Read = std::function<Measured()>;
    History(Read read, const Clock& clock);

    // Takes a point; called about every second.
    void tick();
    // The intervals of the last `range`, oldest first, from the finest points that reach so far back.
    std::vector<HistoryInterval> last(std::chrono::seconds range) const;
    static std::chrono::seconds step_of(std::chrono::seconds range);

private:
    struct Level {
        std::chrono::seconds step;
        std::size_t capacity;
        // Rates and percentiles are taken over so many steps: workers report about once a second, so that a second
        // may hold two reports and the next none.
        std::size_t smoothed;
        std::deque<HistoryPoint> points;  // the last ones, as many as the next interval is reckoned from
        std::deque<HistoryInterval> intervals;
        Measured peak;  // of the gauges since the last point
    };
    static void keep(Level& level, const HistoryPoint& point);
    static HistoryInterval next_interval(const Level& level, const HistoryPoint& point);

    const Read read_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::vector<Level> levels_;  // finest first
};

// Seconds below which `share` of the durations lie, between a bucket's bounds by proportion, as Prometheus'
// histogram_quantile has it; the last bound for what is beyond all of them. `counts` of all zeroes give 0.
double quantile(const std::array<double, kDurationBucketCount>& counts, double share);
HistoryInterval interval_between(const HistoryPoint& from, const HistoryPoint& to);

}  // namespace smew::observe
