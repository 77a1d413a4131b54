#pragma once
// The bounds by which durations of queries are counted, in workers and in the gateway's histogram
// pgwire_query_duration_seconds: one place, so that counts sent over the link always mean the same.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace smew {

inline constexpr std::array kDurationBoundsSeconds{0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0};
// One count a bound, and one for what took longer than all of them.
inline constexpr std::size_t kDurationBucketCount = kDurationBoundsSeconds.size() + 1;

// Which count a duration belongs to. A bound belongs to its own bucket, as Prometheus' "le" has it.
constexpr std::size_t duration_bucket(std::chrono::microseconds taken) {
    const double seconds = std::chrono::duration<double>(taken).count();
    const auto bound = std::lower_bound(kDurationBoundsSeconds.begin(), kDurationBoundsSeconds.end(), seconds);
    return static_cast<std::size_t>(bound - kDurationBoundsSeconds.begin());
}

}  // namespace smew
