#include "observe/history.hpp"

#include <algorithm>
#include <numeric>

namespace smew::observe {
namespace {

using std::chrono::seconds;

struct Resolution {
    seconds step, reach;
    std::size_t smoothed;
};
constexpr std::array kResolutions{Resolution{seconds(1), std::chrono::minutes(10), 5},
                                  Resolution{seconds(10), std::chrono::hours(3), 1},
                                  Resolution{seconds(60), std::chrono::hours(24), 1}};

// A thread that ticks every second is now and then late by some milliseconds; the point must not wait a step more.
constexpr std::chrono::milliseconds kEarly{200};

std::size_t level_for(seconds range) {
    const auto fits = std::find_if(kResolutions.begin(), kResolutions.end(),
                                   [&](const Resolution& resolution) { return range <= resolution.reach; });
    return std::min<std::size_t>(static_cast<std::size_t>(fits - kResolutions.begin()), kResolutions.size() - 1);
}

void raise(double& peak, double value) {
    peak = std::max(peak, value);
}

void raise_gauges(Measured& peak, const Measured& now) {
    raise(peak.sessions, now.sessions);
    raise(peak.worker_bytes, now.worker_bytes);
    raise(peak.metrics.workers, now.metrics.workers);
    raise(peak.metrics.gateway_bytes, now.metrics.gateway_bytes);
}

}  // namespace

double quantile(const std::array<double, kDurationBucketCount>& counts, double share) {
    const double wanted = share * std::accumulate(counts.begin(), counts.end(), 0.0);
    double below = 0, from = 0;
    for (std::size_t i = 0; i < kDurationBounds.size(); ++i) {
        const double bound = bound_seconds(i);
        if (counts[i] > 0 && below + counts[i] >= wanted) return from + (bound - from) * (wanted - below) / counts[i];
        below += counts[i];
        from = bound;
    }
    return below > 0 || counts.back() > 0 ? from : 0;
}

HistoryInterval interval_between(const HistoryPoint& from, const HistoryPoint& to) {
    const telemetry::MetricsReading &a = from.measured.metrics, &b = to.measured.metrics;
    const double length = std::max(std::chrono::duration<double>(to.at - from.at).count(), 0.001);
    HistoryInterval interval{.end = to.at};
    interval.queries_per_second = (b.queries - a.queries) / length;
    interval.errors_per_second = (b.failed - a.failed) / length;
    interval.cancelled_per_second = (b.cancelled - a.cancelled) / length;
    interval.bytes_per_second = (b.bytes_sent - a.bytes_sent) / length;
    interval.requests_per_second = (b.rest_requests - a.rest_requests) / length;
    interval.request_errors_per_second = (b.rest_errors - a.rest_errors) / length;
    interval.slow_queries = b.slow_queries - a.slow_queries;
    interval.auth_failures = b.auth_failures - a.auth_failures;
    std::array<double, kDurationBucketCount> counts{};
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = b.durations[i] - a.durations[i];
    interval.any_query = std::accumulate(counts.begin(), counts.end(), 0.0) > 0;
    interval.p50_seconds = quantile(counts, 0.5);
    interval.p95_seconds = quantile(counts, 0.95);
    interval.p99_seconds = quantile(counts, 0.99);
    interval.sessions = to.measured.sessions;
    interval.workers = b.workers;
    interval.worker_bytes = to.measured.worker_bytes;
    interval.gateway_bytes = b.gateway_bytes;
    return interval;
}

History::History(Read read, const Clock& clock) : read_(std::move(read)), clock_(clock) {
    for (const Resolution& resolution : kResolutions) {
        levels_.push_back({.step = resolution.step,
                           .capacity = static_cast<std::size_t>(resolution.reach / resolution.step) + 1,
                           .smoothed = resolution.smoothed,
                           .points = {},
                           .intervals = {},
                           .peak = {}});
    }
}

void History::tick() {
    const HistoryPoint point{.at = clock_.now(), .measured = read_()};
    const std::lock_guard guard(mutex_);
    for (Level& level : levels_) keep(level, point);
}

// A coarse point holds the counters of its moment and the highest gauges since the point before.
void History::keep(Level& level, const HistoryPoint& point) {
    raise_gauges(level.peak, point.measured);
    if (!level.points.empty() && point.at + kEarly < level.points.back().at + level.step) return;
    HistoryPoint kept = point;
    raise_gauges(kept.measured, level.peak);
    level.peak = {};
    if (!level.points.empty()) level.intervals.push_back(next_interval(level, kept));
    if (level.intervals.size() >= level.capacity) level.intervals.pop_front();
    level.points.push_back(kept);
    if (level.points.size() > level.smoothed) level.points.pop_front();
}

// Rates and percentiles over all the points that are kept, what is counted since the last one.
HistoryInterval History::next_interval(const Level& level, const HistoryPoint& point) {
    HistoryInterval interval = interval_between(level.points.front(), point);
    const telemetry::MetricsReading &before = level.points.back().measured.metrics, &now = point.measured.metrics;
    interval.slow_queries = now.slow_queries - before.slow_queries;
    interval.auth_failures = now.auth_failures - before.auth_failures;
    return interval;
}

std::vector<HistoryInterval> History::last(seconds range) const {
    const WallTime since = clock_.now() - range;
    const std::lock_guard guard(mutex_);
    const std::deque<HistoryInterval>& kept = levels_[level_for(range)].intervals;
    const auto first = std::ranges::find_if(kept, [since](const HistoryInterval& one) { return one.end >= since; });
    return {first, kept.end()};
}

seconds History::step_of(seconds range) {
    return kResolutions[level_for(range)].step;
}

}  // namespace smew::observe
