#include "measure/recording.hpp"

#include <algorithm>
#include <limits>

namespace smew::measure {
namespace {

constexpr std::size_t kMostErrors = 200, kLongestSample = 300;

}  // namespace

std::string_view to_text(Phase phase) {
    switch (phase) {
        case Phase::kRamp:
            return "ramp";
        case Phase::kWarmUp:
            return "warm-up";
        case Phase::kSteady:
            return "steady";
    }
    return "";
}

void Tally::add(const Sample& sample, bool with_service) {
    rows += sample.rows;
    bytes += sample.bytes;
    if (sample.outcome == Outcome::kOk) {
        ++ok;
        response.add(sample.response_us);
        if (with_service) service.add(sample.service_us);
        return;
    }
    ++(sample.outcome == Outcome::kFailed ? failed : timed_out);
    failures.add(sample.response_us);
}

void Tally::add(const Tally& other) {
    ok += other.ok;
    failed += other.failed;
    timed_out += other.timed_out;
    rows += other.rows;
    bytes += other.bytes;
    response.add(other.response);
    service.add(other.service);
    failures.add(other.failures);
}

void Tally::clear() {
    ok = failed = timed_out = rows = bytes = 0;
    response.clear();
    service.clear();
    failures.clear();
}

void Metric::add(const Sample& sample) {
    phase(sample.phase).add(sample, open_model_);
    second_.add(sample, false);
}

Tally Metric::all() const {
    Tally sum;
    for (const Tally& tally : phases_) sum.add(tally);
    return sum;
}

const Tally& Metric::end_second(double at_s, std::size_t keep, bool steady) {
    if (steady && keep > 0) {
        seconds_.push_back({at_s, second_.ok, second_.failed + second_.timed_out, second_.response.sparse()});
        if (seconds_.size() > keep) seconds_.pop_front();
    }
    std::swap(second_, last_second_);
    second_.clear();
    return last_second_;
}

std::vector<double> Series::column(std::string_view name) const {
    const double all = std::numeric_limits<double>::infinity();
    return column(name, -all, all);
}

std::vector<double> Series::column(std::string_view name, double from_s, double to_s) const {
    const auto found = std::ranges::find(columns, name);
    std::vector<double> values;
    if (found == columns.end()) return values;
    const auto at = static_cast<std::size_t>(found - columns.begin());
    for (const auto& row : rows) {
        if (at < row.size() && row[0] > from_s && row[0] <= to_s) values.push_back(row[at]);
    }
    return values;
}

void Errors::add(std::string_view kind, std::string_view code, std::string_view sample, double at_s,
                 std::uint64_t count) {
    std::pair<std::string, std::string> key(kind, code);
    if (!errors_.contains(key) && errors_.size() >= kMostErrors) key = {"other", ""};
    ErrorCount& error = errors_[key];
    if (error.count == 0) {
        error.kind = key.first;
        error.code = key.second;
        error.sample = sample.substr(0, kLongestSample);
        error.first_s = at_s;
    }
    error.count += count;
    error.last_s = at_s;
}

std::vector<ErrorCount> Errors::most_frequent_first() const {
    std::vector<ErrorCount> list;
    for (const auto& [key, error] : errors_) list.push_back(error);
    std::ranges::stable_sort(list, std::ranges::greater{}, &ErrorCount::count);
    return list;
}

std::uint64_t Errors::count(std::string_view kind, std::string_view code) const {
    const auto found = errors_.find({std::string(kind), std::string(code)});
    return found == errors_.end() ? 0 : found->second.count;
}

Metric* Stage::metric(std::string_view wanted) {
    const auto found = std::ranges::find(metrics, wanted, &Metric::name);
    return found == metrics.end() ? nullptr : &*found;
}

const Metric* Stage::metric(std::string_view wanted) const {
    return const_cast<Stage*>(this)->metric(wanted);
}

}  // namespace smew::measure
