#pragma once
// Statistics over short series that make no assumption of a normal distribution, since latencies have none.
// Every method that resamples takes its randomness from `seed`: the same input gives the same answer.

#include <cstdint>
#include <span>

namespace smew::measure {

struct Interval {
    double low = 0, high = 0;
};

double median(std::span<const double> values);

// The median of the slopes between all pairs of points: one outlier does not move it (Theil 1950, Sen 1968). Series
// longer than 200 points are averaged down to that first.
struct Trend {
    double slope = 0;  // per unit of x
    Interval ci95;     // by block bootstrap
};
Trend theil_sen(std::span<const double> x, std::span<const double> y, std::uint64_t seed);

// Two-sided p of "the series has no trend" (Mann 1945, Kendall 1975; normal approximation with ties).
double mann_kendall_p(std::span<const double> values);

// Two-sided p of "both samples come from one distribution" (normal approximation with ties and continuity correction).
// Small samples cannot give small values: three against three at best 0.08.
double mann_whitney_p(std::span<const double> a, std::span<const double> b);

// How b's mean differs from a's, in percent of a's, when neighbours in a series resemble each other: whole blocks are
// drawn again, not single values, whose spread would make every difference look certain.
struct Difference {
    double percent = 0;
    Interval ci95;
    double p = 1;
};
Difference block_bootstrap(std::span<const double> a, std::span<const double> b, std::uint64_t seed);

}  // namespace smew::measure
