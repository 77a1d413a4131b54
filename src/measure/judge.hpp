#pragma once
// Holds targets against what was recorded.

#include "measure/recording.hpp"
#include "measure/target.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace smew::measure {

// kTooFew: there was not enough to judge by; it does not count as met.
enum class Status { kMet, kFailed, kTooFew, kNotEvaluated };
std::string_view to_text(Status status);

struct Judgement {
    Target target;
    Status status = Status::kNotEvaluated;
    double actual = 0;
    std::string actual_text;  // "5.1ms"
    std::string note;         // where it failed, or why it was not evaluated
    std::optional<double> first_failed_at_s;
};

// Judges one stage; with several, the worst counts.
Judgement judge(const Target& target, const std::deque<Stage>& stages, bool strict);
Judgement judge_stage(const Target& target, const Stage& stage, bool strict);

// The names a stage's scalars may have; the others are metrics.
bool is_known_scalar(std::string_view metric, std::string_view stat);
// Error 22023 for a target on what this command does not measure.
Result<void> check_names(const std::vector<Target>& targets, const std::set<std::string>& metrics);

// A statistic of a metric, nothing when there are too few samples for it: a percentile p needs 1/(1-p) of them.
std::optional<double> statistic(const Tally& tally, const Target& target, double seconds);
std::uint64_t samples_needed(double percentile);

// "5.1ms", "99.99%", "142": in the unit the target was written in.
std::string value_text(double value, const Target& target);

}  // namespace smew::measure
