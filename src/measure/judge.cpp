#include "measure/judge.hpp"

#include "measure/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace smew::measure {
namespace {

constexpr std::array<std::string_view, 18> kScalars{
    "users.peak",        "success",          "db.success",       "ws.success",    "pg.success", "db.rls_violations",
    "degradation",       "rss.slope",        "fd.leak",          "dropped",       "late",       "generator.cpu",
    "generator.lag_p99", "overload.unclean", "connections.lost", "replies.wrong", "rate.ratio", "generator.lag_share"};

bool is_share_of_metric(const std::string& stat) {
    return stat == "success";
}

double share_of_success(const Tally& tally) {
    return tally.done() == 0 ? 0 : 100 * static_cast<double>(tally.ok) / static_cast<double>(tally.done());
}

std::string scalar_name(std::string_view metric, std::string_view stat) {
    const std::string with_stat = std::string(metric) + "." + std::string(stat);
    return std::ranges::count(kScalars, with_stat) > 0 ? with_stat : std::string(metric);
}

Judgement judged(const Target& target, std::optional<double> actual, const std::string& where) {
    Judgement result{target};
    if (!actual) {
        result.status = target.by_default ? Status::kNotEvaluated : Status::kTooFew;
        result.note = "too few samples" + (where.empty() ? "" : " in " + where);
        return result;
    }
    result.actual = *actual;
    result.actual_text = value_text(*actual, target);
    result.status = holds(*actual, target.comparison, target.required) ? Status::kMet : Status::kFailed;
    if (result.status == Status::kFailed) result.note = where;
    return result;
}

Judgement judge_scalar(const Target& target, const Stage& stage, bool strict) {
    const auto found = stage.scalars.find(scalar_name(target.metric, target.stat));
    if (found == stage.scalars.end()) {
        Judgement result{target};
        result.note = "not measured in this run";
        if (strict) result.status = Status::kFailed;
        return result;
    }
    Judgement result = judged(target, found->second, stage.name);
    // A run that never asked for so many users says nothing about them.
    const bool asked_less = found->first == "users.peak" && static_cast<double>(stage.users) < target.required;
    if (result.status == Status::kFailed && asked_less && !strict) {
        result.status = Status::kNotEvaluated;
        result.note = "the run asked for " + std::to_string(stage.users);
    }
    return result;
}

// Seconds [from, to) of a metric as one tally.
Tally sum_of(const Metric& metric, double from_s, double to_s) {
    Tally sum;
    for (const Second& second : metric.seconds()) {
        if (second.at_s <= from_s || second.at_s > to_s) continue;
        sum.ok += second.ok;
        sum.failed += second.failed;
        sum.response.add(second.response);
    }
    return sum;
}

Judgement judge_last(const Target& target, const Metric& metric, const Stage& stage) {
    const double to = metric.seconds().empty() ? 0 : metric.seconds().back().at_s;
    const Tally sum = sum_of(metric, to - target.window_seconds, to);
    return judged(target, statistic(sum, target, target.window_seconds), stage.name);
}

// Every whole window must hold; one without an answer does not.
Judgement judge_every(const Target& target, const Metric& metric, const Stage& stage) {
    Judgement worst{target};
    worst.note = "the run was shorter than one window";
    if (metric.seconds().empty()) return worst;
    const double step = target.window_seconds, end = metric.seconds().back().at_s;
    for (double from = metric.seconds().front().at_s - 1; from + step <= end + 0.5; from += step) {
        const auto actual = statistic(sum_of(metric, from, from + step), target, step);
        Judgement one =
            judged(target, actual, stage.name + ", " + seconds_text(from) + " to " + seconds_text(from + step));
        if (one.status != Status::kMet) {
            one.first_failed_at_s = from + step;
            return one;
        }
        worst = one;
    }
    return worst;
}

Judgement judge_metric(const Target& target, const Stage& stage) {
    const Metric* metric = stage.metric(target.metric);
    if (metric == nullptr) {
        Judgement result{target};
        result.note = "not measured in " + stage.name;
        return result;
    }
    if (target.window == Window::kLast) return judge_last(target, *metric, stage);
    if (target.window == Window::kEvery) return judge_every(target, *metric, stage);
    const bool whole = target.window == Window::kAll;
    const Phase phase = target.window == Window::kRamp ? Phase::kRamp : Phase::kSteady;
    const double seconds = target.window == Window::kSteady ? stage.steady_seconds() : stage.steady_to_s;
    return judged(target, statistic(whole ? metric->all() : metric->phase(phase), target, seconds), stage.name);
}

bool worse(const Judgement& a, const Judgement& b) {
    const auto rank = [](Status status) {
        switch (status) {
            case Status::kFailed:
                return 3;
            case Status::kTooFew:
                return 2;
            case Status::kMet:
                return 1;
            case Status::kNotEvaluated:
                return 0;
        }
        return 0;
    };
    if (rank(a.status) != rank(b.status)) return rank(a.status) > rank(b.status);
    const bool upper = a.target.comparison == Comparison::kLess || a.target.comparison == Comparison::kLessOrEqual;
    return upper ? a.actual > b.actual : a.actual < b.actual;
}

}  // namespace

std::string_view to_text(Status status) {
    switch (status) {
        case Status::kMet:
            return "met";
        case Status::kFailed:
            return "failed";
        case Status::kTooFew:
            return "too_few_samples";
        case Status::kNotEvaluated:
            return "not_evaluated";
    }
    return "";
}

std::uint64_t samples_needed(double percentile) {
    return percentile >= 100 ? 1 : static_cast<std::uint64_t>(std::lround(100 / (100 - percentile)));
}

std::optional<double> statistic(const Tally& tally, const Target& target, double seconds) {
    const std::string& stat = target.stat;
    if (stat == "count") return static_cast<double>(tally.done());
    if (stat == "rate" || stat == "goodput") return seconds > 0 ? static_cast<double>(tally.ok) / seconds : 0;
    if (is_share_of_metric(stat)) return tally.done() == 0 ? std::optional<double>() : share_of_success(tally);
    if (tally.response.empty()) return std::nullopt;
    if (stat == "min") return static_cast<double>(tally.response.min());
    if (stat == "max") return static_cast<double>(tally.response.max());
    if (stat == "stddev") return tally.response.stddev();
    const auto percentile = target.percentile();
    if (!percentile) return tally.response.mean();
    if (tally.response.count() < samples_needed(*percentile)) return std::nullopt;
    return static_cast<double>(tally.response.at_percentile(*percentile));
}

bool is_known_scalar(std::string_view metric, std::string_view stat) {
    return std::ranges::count(kScalars, scalar_name(metric, stat)) > 0;
}

Result<void> check_names(const std::vector<Target>& targets, const std::set<std::string>& metrics) {
    for (const Target& target : targets) {
        if (is_known_scalar(target.metric, target.stat) || metrics.contains(target.metric)) continue;
        std::string known;
        for (const std::string& name : metrics) known += (known.empty() ? "" : ", ") + name;
        return Error{sqlstate::kInvalidParameterValue,
                     "target \"" + target.text + "\": this run does not measure " + target.metric, "",
                     "It measures " + known +
                         ", success, users.peak, degradation, rss.slope, fd.leak, dropped, generator.cpu …"};
    }
    return {};
}

Judgement judge_stage(const Target& target, const Stage& stage, bool strict) {
    return is_known_scalar(target.metric, target.stat) ? judge_scalar(target, stage, strict)
                                                       : judge_metric(target, stage);
}

Judgement judge(const Target& target, const std::deque<Stage>& stages, bool strict) {
    Judgement worst{target};
    worst.note = "no such stage";
    for (const Stage& stage : stages) {
        if (target.window == Window::kStage && stage.name != target.stage) continue;
        Judgement one = judge_stage(target, stage, strict);
        if (worst.note == "no such stage" || worse(one, worst)) worst = std::move(one);
    }
    return worst;
}

std::string value_text(double value, const Target& target) {
    const bool scalar = is_known_scalar(target.metric, target.stat);
    const bool share = target.required_text.ends_with('%');
    if (share) return number_text(value, 2) + "%";
    if (target.required_text.ends_with("%/h")) return number_text(value, 1) + "%/h";
    const bool plain =
        target.stat == "count" || target.stat == "rate" || target.stat == "goodput" || target.stat == "success";
    if (target.stat == "rate") return number_text(value, 1) + "/s";
    if (scalar || plain) return number_text(value, value == std::floor(value) ? 0 : 3);
    return duration_text(value);
}

}  // namespace smew::measure
