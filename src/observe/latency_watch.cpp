#include "observe/latency_watch.hpp"

#include "observe/history.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace smew::observe {
namespace {

using std::chrono::minutes;
using std::chrono::nanoseconds;

constexpr std::int64_t kWindowSlots = 30;
constexpr std::int64_t kBaselineMinutes = 60;
constexpr double kLeastSpikeSeconds = 0.1;  // what is quicker is no trouble to anybody

using Counts = LatencyWatch::Counts;

std::uint64_t total(const Counts& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

double p95_seconds(const Counts& counts) {
    std::array<double, kDurationBucketCount> shares{};
    std::ranges::transform(counts, shares.begin(), [](std::uint64_t count) { return static_cast<double>(count); });
    return quantile(shares, 0.95);
}

std::string seconds_text(double seconds) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g s", seconds);
    return text.data();
}

// How many minutes the window reaches into the hour's slots.
std::int64_t minutes_of(std::chrono::seconds window) {
    return (window.count() + 59) / 60;
}

}  // namespace

void LatencyWatch::Stretches::add(SteadyTime now, const Counts& counts) {
    const std::int64_t current = now.time_since_epoch() / each;
    Slot& slot = slots[static_cast<std::size_t>(current) % slots.size()];
    if (slot.number != current) slot = {current, {}};
    for (std::size_t i = 0; i < counts.size(); ++i) slot.counts[i] += static_cast<std::uint32_t>(counts[i]);
}

Counts LatencyWatch::Stretches::sum(SteadyTime now, std::int64_t newest, std::int64_t count) const {
    const std::int64_t last = now.time_since_epoch() / each - newest;
    Counts out{};
    for (const Slot& slot : slots) {
        if (slot.number < 0 || slot.number > last || slot.number <= last - count) continue;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] += slot.counts[i];
    }
    return out;
}

LatencyWatch::LatencyWatch(const config::Settings& settings)
    : settings_(settings),
      window_{nanoseconds(settings.alert_window_seconds) / kWindowSlots,
              std::vector<Stretches::Slot>(static_cast<std::size_t>(kWindowSlots))},
      hour_{minutes(1), std::vector<Stretches::Slot>(
                            static_cast<std::size_t>(kBaselineMinutes + minutes_of(settings.alert_window_seconds)))} {}

void LatencyWatch::add(SteadyTime now, const Counts& counts) {
    if (total(counts) == 0) return;
    window_.add(now, counts);
    hour_.add(now, counts);
}

LatencyWatch::Verdict LatencyWatch::look(SteadyTime now) const {
    const Counts recent = window_.sum(now, 0, kWindowSlots);
    Verdict verdict{.p95_seconds = p95_seconds(recent)};
    const auto least = static_cast<std::uint64_t>(settings_.alert_error_rate_min_queries);
    if (total(recent) < least) return verdict;
    const double limit = settings_.alert_latency_p95_ms / 1000.0;
    const std::string now_is = "95 % of the statements took up to " + seconds_text(verdict.p95_seconds);
    if (limit > 0 && verdict.p95_seconds > limit) {
        verdict.slow = true;
        verdict.why = now_is + "; the limit is " + seconds_text(limit) + ".";
        return verdict;
    }
    // Without the minutes the window lies in: a spike is not to be measured against itself.
    const Counts earlier = hour_.sum(now, minutes_of(settings_.alert_window_seconds), kBaselineMinutes);
    const double usual = p95_seconds(earlier);
    const int factor = settings_.alert_latency_spike_factor;
    if (factor == 0 || total(earlier) < least || verdict.p95_seconds < kLeastSpikeSeconds) return verdict;
    verdict.slow = verdict.p95_seconds > factor * usual;
    if (verdict.slow) verdict.why = now_is + "; in the hour before it was " + seconds_text(usual) + ".";
    return verdict;
}

bool LatencyWatch::forgotten(SteadyTime now) const {
    return total(hour_.sum(now, 0, static_cast<std::int64_t>(hour_.slots.size()))) == 0;
}

}  // namespace smew::observe
