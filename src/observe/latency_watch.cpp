#include "observe/latency_watch.hpp"

#include "observe/history.hpp"

#include <cstdio>
#include <numeric>

namespace smew::observe {
namespace {

constexpr std::chrono::hours kBaseline{1};
constexpr double kLeastSpikeSeconds = 0.1;  // what is quicker is no trouble to anybody
constexpr std::chrono::seconds kBetweenReadings{5};

using Counts = LatencyWatch::Counts;

Counts difference(const Counts& later, const Counts& earlier) {
    Counts out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = later[i] - earlier[i];
    return out;
}

double total(const Counts& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0);
}

double p95_seconds(const Counts& counts) {
    return quantile(counts, 0.95);
}

std::string seconds_text(double seconds) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g s", seconds);
    return text.data();
}

}  // namespace

const LatencyWatch::Reading& LatencyWatch::before(SteadyTime then) const {
    const Reading* found = &readings_.front();
    for (const Reading& reading : readings_) {
        if (reading.at <= then) found = &reading;
    }
    return *found;
}

LatencyWatch::Verdict LatencyWatch::look(SteadyTime now, const Counts& so_far) {
    if (readings_.empty() || now - readings_.back().at >= kBetweenReadings) readings_.push_back({now, so_far});
    const SteadyTime window = now - settings_.alert_window_seconds;
    while (readings_.size() > 1 && readings_[1].at <= window - kBaseline) readings_.pop_front();

    const Counts& at_begin = before(window).so_far;
    const Counts recent = difference(so_far, at_begin);
    Verdict verdict{.p95_seconds = p95_seconds(recent)};
    const double least = settings_.alert_error_rate_min_queries;
    if (total(recent) < least) return verdict;
    const double limit = settings_.alert_latency_p95_ms / 1000.0;
    if (limit > 0 && verdict.p95_seconds > limit) {
        verdict.slow = true;
        verdict.why = "95 % of the statements took up to " + seconds_text(verdict.p95_seconds) + "; the limit is " +
                      seconds_text(limit) + ".";
        return verdict;
    }
    const Counts earlier = difference(at_begin, readings_.front().so_far);
    const double usual = p95_seconds(earlier);
    const int factor = settings_.alert_latency_spike_factor;
    if (factor == 0 || total(earlier) < least || verdict.p95_seconds < kLeastSpikeSeconds) return verdict;
    verdict.slow = verdict.p95_seconds > factor * usual;
    verdict.why = "95 % of the statements took up to " + seconds_text(verdict.p95_seconds) +
                  "; in the hour before it was " + seconds_text(usual) + ".";
    return verdict;
}

}  // namespace smew::observe
