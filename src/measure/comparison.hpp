#pragma once
// Whether one set of runs is slower than another, or only differs by chance.

#include "measure/run.hpp"

#include <string>
#include <vector>

namespace smew::measure {

// kNoise: the figures differ by more than the threshold, but not with certainty.
enum class Change { kSame, kBetter, kWorse, kNoise };

struct ComparedRow {
    std::string stage, metric, statistic;  // "10 connections", "pg.query", "P95"
    double a = 0, b = 0;                   // µs, or per second
    double percent = 0, low = 0, high = 0, p = 1;
    Change change = Change::kSame;
};

struct ComparisonTerms {
    double threshold_percent = 5;  // smaller differences do not matter, however certain
    double alpha = 0.05;
    std::uint64_t seed = 1;
};

// With at least three runs a side their medians are compared (Mann–Whitney), else the seconds of the two runs (block
// bootstrap), each p corrected for the number of rows. Error 22023 when they have no stage in common.
Result<std::vector<ComparedRow>> compare(const std::vector<Run>& a, const std::vector<Run>& b,
                                         const ComparisonTerms& terms);

std::string comparison_text(const std::vector<ComparedRow>& rows);
std::string comparison_json(const std::vector<ComparedRow>& rows);
bool any_worse(const std::vector<ComparedRow>& rows);

}  // namespace smew::measure
