// Targets that are a factor of what an earlier run had.

#include "load/load_job.hpp"
#include "measure/run_file.hpp"
#include "measure/statistics.hpp"
#include "measure/text.hpp"

#include <cmath>

namespace smew::load {
namespace {

// The series behind a statistic; empty for those that have none.
std::vector<double> seconds_of(const measure::Run& run, const measure::Target& target) {
    const auto percentile = target.percentile();
    std::string column;
    if (target.stat == "rate") column = "rate_per_s";
    if (percentile) column = "p" + measure::number_text(*percentile, 0) + "_us";
    std::vector<double> all;
    for (const measure::Stage& stage : run.stages) {
        for (const double value : stage.series.column(column, stage.steady_from_s, stage.steady_to_s)) {
            if (std::isfinite(value)) all.push_back(value);
        }
    }
    return all;
}

}  // namespace

void LoadJob::judge_baseline(measure::Judgement& judgement) {
    using measure::Status;
    const auto baseline = measure::read_run(terms_.baseline_file);
    if (!baseline) return;  // check() has read it
    measure::Target absolute = judgement.target;
    const measure::Judgement before = measure::judge(absolute, baseline->stages, false);
    if (before.status == Status::kTooFew || before.status == Status::kNotEvaluated || judgement.actual_text.empty()) {
        judgement.status = Status::kTooFew;
        judgement.note = "not measured in both runs";
        return;
    }
    const double allowed = judgement.target.required * before.actual;
    judgement.status =
        measure::holds(judgement.actual, judgement.target.comparison, allowed) ? Status::kMet : Status::kFailed;
    judgement.note = "baseline " + measure::value_text(before.actual, judgement.target);
    if (judgement.status == Status::kFailed && judgement.target.alpha > 0) {
        const auto difference =
            measure::block_bootstrap(seconds_of(*baseline, absolute), seconds_of(run_, absolute), run_.seed);
        judgement.note += ", p=" + measure::number_text(difference.p, 3);
        if (difference.p >= judgement.target.alpha) judgement.status = Status::kMet;
    }
    run_.regression = run_.regression || judgement.status == Status::kFailed;
}

}  // namespace smew::load
