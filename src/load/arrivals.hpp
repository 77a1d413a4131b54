#pragma once
// When the operations of an open model fall due. No clock of its own: seconds since the stage began.

#include "load/plan.hpp"

#include <random>

namespace smew::load {

class ArrivalTimes {
public:
    // `rise_s`: over this time the rate rises evenly from rate_from_per_s, where that is set.
    ArrivalTimes(const StagePlan& plan, double rise_s, std::uint64_t seed);

    // The time of the next arrival, never before the last.
    double next();

private:
    double rate_at(double time_s) const;

    bool poisson_;
    double rate_, from_, rise_s_, now_ = 0;
    std::mt19937_64 random_;
};

}  // namespace smew::load
