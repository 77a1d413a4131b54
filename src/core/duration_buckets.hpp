#pragma once
// The bounds by which durations of queries are counted: finely in workers and in what the dashboard and the alerts
// reckon percentiles from, coarsely in the exported histogram pgwire_query_duration_seconds, whose bounds are the
// seed's. Every coarse bound is a fine one, so that fine counts add up to coarse ones exactly.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace smew {

inline constexpr std::array kExportedBoundsSeconds{0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0};

// Ten a decade from 10 us to 60 s, none more than a third above the one before: a percentile is told to within some
// per cent, at the price of 70 counters.
inline constexpr std::array kDurationBounds = [] {
    constexpr std::array<std::int64_t, 10> kSteps{100, 125, 160, 200, 250, 300, 400, 500, 600, 800};
    std::array<std::chrono::microseconds, 69> bounds{};
    std::int64_t decade = 10;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        bounds[i] = std::chrono::microseconds(kSteps[i % kSteps.size()] * decade / 100);
        if (i % kSteps.size() == kSteps.size() - 1) decade *= 10;
    }
    return bounds;
}();

// One count a bound, and one for what took longer than all of them.
inline constexpr std::size_t kDurationBucketCount = kDurationBounds.size() + 1;

// Which count a duration belongs to. A bound belongs to its own bucket, as Prometheus' "le" has it.
constexpr std::size_t duration_bucket(std::chrono::microseconds taken) {
    const auto bound = std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), taken);
    return static_cast<std::size_t>(bound - kDurationBounds.begin());
}

constexpr double bound_seconds(std::size_t bucket) {
    return static_cast<double>(kDurationBounds[bucket].count()) / 1e6;
}

// Which of the exported counts a fine one is part of.
constexpr std::size_t exported_bucket(std::size_t bucket) {
    if (bucket >= kDurationBounds.size()) return kExportedBoundsSeconds.size();
    const auto bound =
        std::lower_bound(kExportedBoundsSeconds.begin(), kExportedBoundsSeconds.end(), bound_seconds(bucket));
    return static_cast<std::size_t>(bound - kExportedBoundsSeconds.begin());
}

static_assert(kDurationBounds.back() == std::chrono::seconds(60));
static_assert(std::all_of(kExportedBoundsSeconds.begin(), kExportedBoundsSeconds.end(), [](double exported) {
    return std::any_of(kDurationBounds.begin(), kDurationBounds.end(), [exported](std::chrono::microseconds bound) {
        return static_cast<double>(bound.count()) / 1e6 == exported;
    });
}));

}  // namespace smew
