// What a stage adds up to when it is over.

#include "load/stage_user.hpp"
#include "measure/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace smew::load {

using measure::Phase;

namespace {

constexpr std::uint64_t kFnvPrime = 1099511628211, kHashedOperations = 1000;
// Below these a trend is a guess.
constexpr double kLeastSecondsOfTrend = 10, kLeastGrowthBytes = 4 << 20;
constexpr std::uint64_t kLeastSamplesOfFifth = 100;

}  // namespace

Operation StageRun::draw() {
    const Operation operation = workload_.next();
    if (run_.operations_drawn++ < kHashedOperations) {
        for (const std::uint64_t part :
             std::array{std::uint64_t{operation.kind}, operation.subject, operation.random}) {
            run_.operations_hash = (run_.operations_hash ^ part) * kFnvPrime;
        }
    }
    return operation;
}

void StageRun::finish() {
    stage_.steady_from_s = seconds_since_start(steady_from_);
    stage_.steady_to_s = seconds_since_start(steady_to_);
    const measure::Tally& steady = main_->phase(Phase::kSteady);
    auto& scalars = stage_.scalars;
    const auto all = static_cast<double>(steady.done() + main_->in_flight);
    if (all > 0) scalars["success"] = 100 * static_cast<double>(steady.ok) / all;
    const std::string kind = main_->name().substr(0, main_->name().find('.'));
    if (all > 0) scalars[kind + ".success"] = scalars["success"];
    const measure::Tally connects = connect_->all();
    if (connects.done() > 0)
        scalars["connect.success"] = 100 * static_cast<double>(connects.ok) / static_cast<double>(connects.done());
    scalars["dropped"] = static_cast<double>(dropped_);
    scalars["connections.lost"] = static_cast<double>(lost_);
    scalars["replies.wrong"] = scalars["db.rls_violations"] = static_cast<double>(wrong_);
    scalars.try_emplace("overload.unclean", 0);
    scalars.try_emplace("users.peak", 0);
    finish_degradation();
    finish_generator();
    finish_server();
}

// How the last fifth compares with the first. A ratio that the seconds in between do not confirm as a trend is chance,
// and counts as 1.
void StageRun::finish_degradation() {
    const double from = stage_.steady_from_s, to = stage_.steady_to_s;
    if (fifths_.front().count() < kLeastSamplesOfFifth || fifths_.back().count() < kLeastSamplesOfFifth) return;
    const auto p95 = [](const measure::Histogram& part) { return static_cast<double>(part.at_percentile(95)); };
    auto& scalars = stage_.scalars;
    scalars["degradation.raw"] = p95(fifths_.back()) / std::max(1.0, p95(fifths_.front()));
    if (stage_.steady_seconds() < kLeastSecondsOfTrend) return;
    std::vector<double> series = stage_.series.column("p95_us", from, to);
    std::erase_if(series, [](double value) { return std::isnan(value); });
    scalars["degradation.p"] = measure::mann_kendall_p(series);
    scalars["degradation"] =
        scalars["degradation.p"] < 0.05 ? scalars["degradation.raw"] : std::min(1.0, scalars["degradation.raw"]);
    const std::vector<double> rates = stage_.series.column("rate_per_s", from, to);
    const std::size_t fifth = rates.size() / 5;
    if (fifth == 0) return;
    const std::span<const double> all(rates);
    const double first = measure::median(all.first(fifth));
    if (first > 0) scalars["rate.ratio"] = measure::median(all.last(fifth)) / first;
}

void StageRun::finish_generator() {
    const double wall = std::chrono::duration<double>(steady_to_ - steady_from_).count();
    if (wall > 0) stage_.scalars["generator.cpu"] = 100 * (cpu_at_end_ - cpu_at_steady_) / wall;
    if (lag_.empty()) return;
    const double lag_us = static_cast<double>(lag_.at_percentile(99));
    stage_.scalars["generator.lag_p99"] = lag_us / 1e3;
    // In a closed model nothing starts late: a user goes on when he has his reply. What lag does is to lengthen the
    // latency by itself at most, which is much of a short one and little of a long one.
    const measure::Tally& steady = main_->phase(Phase::kSteady);
    if (!plan_.open() && !steady.response.empty()) {
        const double median_us = std::max(1.0, static_cast<double>(steady.response.at_percentile(50)));
        stage_.scalars["generator.lag_share"] = 100 * lag_us / median_us;
    }
}

void StageRun::finish_server() {
    if (!first_usage_ || !last_usage_) return;
    auto& scalars = stage_.scalars;
    scalars["rss.start"] = first_usage_->resident_bytes;
    scalars["rss.end"] = last_usage_->resident_bytes;
    scalars["fd.start"] = first_usage_->open_fds;
    scalars["fd.end"] = last_usage_->open_fds;
    const double from = stage_.steady_from_s, to = stage_.steady_to_s;
    const std::vector<double> all = stage_.series.column("server_rss_bytes", from, to);
    if (std::ranges::any_of(all, [](double value) { return std::isnan(value); })) return;
    scalars["rss.peak"] = all.empty() ? last_usage_->resident_bytes : *std::ranges::max_element(all);
    if (stage_.steady_seconds() < around_.trend_after_s) return;
    // By the second half: caches and the allocator fill up first, and what leaks goes on.
    const std::vector<double> rss = stage_.series.column("server_rss_bytes", (from + to) / 2, to);
    const std::vector<double> times = stage_.series.column("t_s", (from + to) / 2, to);
    const measure::Trend trend = measure::theil_sen(times, rss, run_.seed);
    const double percent_per_hour = 100 * trend.slope * 3600 / std::max(1.0, measure::median(rss));
    const bool certain = trend.ci95.low > 0 && trend.slope * stage_.steady_seconds() / 2 > kLeastGrowthBytes;
    scalars["rss.slope.raw"] = percent_per_hour;
    scalars["rss.slope"] = certain ? percent_per_hour : std::min(0.0, percent_per_hour);
}

}  // namespace smew::load
