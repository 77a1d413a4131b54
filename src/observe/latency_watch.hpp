#pragma once
// Whether a workspace's statements have become slow: their P95 over the last window against a limit, and against what
// it was in the hour before. Pure: counts and time come in, decisions go out. Some 27 KiB, whatever happens.

#include "config/settings.hpp"
#include "core/clock.hpp"
#include "core/duration_buckets.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace smew::observe {

class LatencyWatch {
public:
    using Counts = std::array<std::uint64_t, kDurationBucketCount>;

    explicit LatencyWatch(const config::Settings& settings);

    // Statements that have ended, by their durations' buckets.
    void add(SteadyTime now, const Counts& counts);

    struct Verdict {
        bool slow = false;
        double p95_seconds = 0;
        std::string why;  // a sentence; empty when it is not slow
    };
    Verdict look(SteadyTime now) const;
    // Nothing has happened for so long that there is nothing to compare with.
    bool forgotten(SteadyTime now) const;

private:
    // Counts of the last so many stretches of time.
    struct Stretches {
        std::chrono::nanoseconds each;
        struct Slot {
            std::int64_t number = -1;  // which stretch it holds
            std::array<std::uint32_t, kDurationBucketCount> counts{};
        };
        std::vector<Slot> slots;
        void add(SteadyTime now, const Counts& counts);
        // Of the `count` stretches that end with the one that is `newest` back from the current.
        Counts sum(SteadyTime now, std::int64_t newest, std::int64_t count) const;
    };

    const config::Settings& settings_;
    Stretches window_, hour_;
};

}  // namespace smew::observe
