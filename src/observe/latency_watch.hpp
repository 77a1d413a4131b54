#pragma once
// Whether statements have become slow: their P95 over the last window against a limit, and against what it was in the
// hour before. Pure: counts and time come in, decisions go out.

#include "config/settings.hpp"
#include "core/clock.hpp"
#include "core/duration_buckets.hpp"

#include <array>
#include <deque>
#include <string>

namespace smew::observe {

class LatencyWatch {
public:
    using Counts = std::array<double, kDurationBucketCount>;

    explicit LatencyWatch(const config::Settings& settings) : settings_(settings) {}

    struct Verdict {
        bool slow = false;
        double p95_seconds = 0;
        std::string why;  // a sentence
    };
    // `so_far`: of all statements since the start, by their durations' buckets. To be called every few seconds.
    Verdict look(SteadyTime now, const Counts& so_far);

private:
    struct Reading {
        SteadyTime at{};
        Counts so_far{};
    };
    // The newest reading that is at least so old; the oldest there is when none is.
    const Reading& before(SteadyTime then) const;

    const config::Settings& settings_;
    std::deque<Reading> readings_;  // of the window and the hour before it, the oldest first
};

}  // namespace smew::observe
