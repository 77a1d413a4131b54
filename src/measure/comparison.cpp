#include "measure/comparison.hpp"

#include "measure/statistics.hpp"
#include "measure/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace smew::measure {
namespace {

constexpr std::size_t kRepeats = 3;

struct Kind {
    std::string_view name;
    const char* column;  // of the series; of the main metric
    double percentile;   // 0: the rate
    bool more_is_better;
};
constexpr std::array<Kind, 4> kKinds{{{"P50", "p50_us", 50, false},
                                      {"P95", "p95_us", 95, false},
                                      {"P99", "p99_us", 99, false},
                                      {"rate", "rate_per_s", 0, true}}};

const Stage* stage_named(const Run& run, const std::string& name) {
    const auto found = std::ranges::find(run.stages, name, &Stage::name);
    return found == run.stages.end() ? nullptr : &*found;
}

double figure(const Run& run, const Stage& stage, const Kind& kind) {
    const Metric* main = stage.metric(run.main_metric);
    if (main == nullptr) return NAN;
    const Tally& tally = main->phase(Phase::kSteady);
    if (kind.percentile == 0) return static_cast<double>(tally.ok) / std::max(1e-9, stage.steady_seconds());
    return tally.response.empty() ? NAN : static_cast<double>(tally.response.at_percentile(kind.percentile));
}

std::vector<double> figures(const std::vector<Run>& runs, const std::string& stage, const Kind& kind) {
    std::vector<double> values;
    for (const Run& run : runs) {
        const Stage* found = stage_named(run, stage);
        const double value = found == nullptr ? NAN : figure(run, *found, kind);
        if (std::isfinite(value)) values.push_back(value);
    }
    return values;
}

// The seconds of one run. The first and last are partly other phases.
std::vector<double> seconds(const Run& run, const std::string& stage, const Kind& kind) {
    const Stage* found = stage_named(run, stage);
    if (found == nullptr) return {};
    std::vector<double> values = found->series.column(kind.column, found->steady_from_s + 1, found->steady_to_s);
    std::erase_if(values, [](double value) { return std::isnan(value); });
    return values;
}

Change change_of(const ComparedRow& row, bool more_is_better, const ComparisonTerms& terms) {
    if (std::abs(row.percent) <= terms.threshold_percent) return Change::kSame;
    if (row.p >= terms.alpha) return Change::kNoise;
    return (row.percent > 0) == more_is_better ? Change::kBetter : Change::kWorse;
}

ComparedRow compared(const std::vector<Run>& a, const std::vector<Run>& b, const std::string& stage, const Kind& kind,
                     const ComparisonTerms& terms) {
    const std::vector<double> as = figures(a, stage, kind), bs = figures(b, stage, kind);
    ComparedRow row{stage, a.front().main_metric, std::string(kind.name), median(as), median(bs)};
    row.percent = row.a > 0 ? 100 * (row.b - row.a) / row.a : 0;
    if (as.size() >= kRepeats && bs.size() >= kRepeats) {
        // Three against three cannot be more certain than 0.08: there the sides must not overlap at all.
        const bool apart = std::ranges::max(as) < std::ranges::min(bs) || std::ranges::max(bs) < std::ranges::min(as);
        row.p = mann_whitney_p(as, bs);
        if (apart) row.p = std::min(row.p, terms.alpha / 2);
        row.low = 100 * (std::ranges::min(bs) - std::ranges::max(as)) / row.a;
        row.high = 100 * (std::ranges::max(bs) - std::ranges::min(as)) / row.a;
    } else {
        const Difference difference =
            block_bootstrap(seconds(a.front(), stage, kind), seconds(b.front(), stage, kind), terms.seed);
        row.p = difference.p;
        row.low = difference.ci95.low;
        row.high = difference.ci95.high;
    }
    return row;
}

bool more_is_better(const ComparedRow& row) {
    return std::ranges::find(kKinds, row.statistic, &Kind::name)->more_is_better;
}

// Of many rows some differ by chance alone, so each must be the more certain (Holm 1979). Not where runs are repeated:
// three against three could never be certain enough.
void correct_for_their_number(std::vector<ComparedRow>& rows) {
    std::vector<ComparedRow*> by_p;
    for (ComparedRow& row : rows) by_p.push_back(&row);
    std::ranges::stable_sort(by_p, {}, &ComparedRow::p);
    double least = 0;
    for (std::size_t i = 0; i < by_p.size(); ++i) {
        least = std::max(least, std::min(1.0, static_cast<double>(by_p.size() - i) * by_p[i]->p));
        by_p[i]->p = least;
    }
}

std::string_view to_text(Change change) {
    constexpr std::array<std::string_view, 4> kNames{"same", "better", "worse", "noise"};
    return kNames[static_cast<std::size_t>(change)];
}

std::string shown(const ComparedRow& row, double value) {
    return row.statistic == "rate" ? number_text(value, 1) + "/s" : duration_text(value);
}

}  // namespace

Result<std::vector<ComparedRow>> compare(const std::vector<Run>& a, const std::vector<Run>& b,
                                         const ComparisonTerms& terms) {
    std::vector<ComparedRow> rows;
    for (const Stage& stage : a.front().stages) {
        if (stage_named(b.front(), stage.name) == nullptr) continue;
        for (const Kind& kind : kKinds) {
            if (figures(a, stage.name, kind).empty() || figures(b, stage.name, kind).empty()) continue;
            rows.push_back(compared(a, b, stage.name, kind, terms));
        }
    }
    if (rows.empty()) {
        return Error{sqlstate::kInvalidParameterValue, "the reports have no stage in common", "",
                     "Compare runs of the same command with the same stages."};
    }
    if (std::min(a.size(), b.size()) < kRepeats) correct_for_their_number(rows);
    for (ComparedRow& row : rows) row.change = change_of(row, more_is_better(row), terms);
    return rows;
}

std::string comparison_text(const std::vector<ComparedRow>& rows) {
    std::string out = padded_right("stage", 24) + padded_right("statistic", 12) + padded_left("A", 11) +
                      padded_left("B", 11) + padded_left("change", 9) + padded_left("95% CI", 20) +
                      padded_left("p", 8) + "  verdict\n";
    for (const ComparedRow& row : rows) {
        const std::string sign = row.percent > 0 ? "+" : "";
        out += padded_right(row.stage, 24) + padded_right(row.statistic, 12) + padded_left(shown(row, row.a), 11) +
               padded_left(shown(row, row.b), 11) + padded_left(sign + number_text(row.percent, 1) + "%", 9) +
               padded_left("[" + number_text(row.low, 1) + "%, " + number_text(row.high, 1) + "%]", 20) +
               padded_left(number_text(row.p, 3), 8) + "  " + std::string(to_text(row.change)) + "\n";
    }
    return out;
}

std::string comparison_json(const std::vector<ComparedRow>& rows) {
    boost::json::array out;
    for (const ComparedRow& row : rows) {
        out.push_back(boost::json::object{{"stage", row.stage},
                                          {"metric", row.metric},
                                          {"statistic", row.statistic},
                                          {"a", row.a},
                                          {"b", row.b},
                                          {"delta_pct", row.percent},
                                          {"ci95", boost::json::array{row.low, row.high}},
                                          {"p", row.p},
                                          {"verdict", to_text(row.change)}});
    }
    return boost::json::serialize(boost::json::object{{"schema_version", 1}, {"rows", std::move(out)}}) + "\n";
}

bool any_worse(const std::vector<ComparedRow>& rows) {
    return std::ranges::count(rows, Change::kWorse, &ComparedRow::change) > 0;
}

}  // namespace smew::measure
