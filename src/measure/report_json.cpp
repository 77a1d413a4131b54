#include "measure/report.hpp"

#include <boost/json.hpp>

#include <array>
#include <cmath>
#include <cstdio>

namespace smew::measure {
namespace {

namespace json = boost::json;

json::value number(double value) {
    if (!std::isfinite(value)) return nullptr;
    return value;
}

json::object latency(const Histogram& histogram) {
    json::object out{
        {"min", histogram.min()}, {"mean", number(histogram.mean())}, {"stddev", number(histogram.stddev())}};
    struct Named {
        const char* name;
        double percentile;
    };
    for (const Named& one :
         {Named{"p50", 50}, {"p90", 90}, {"p95", 95}, {"p99", 99}, {"p99_9", 99.9}, {"p99_99", 99.99}}) {
        if (histogram.count() >= samples_needed(one.percentile)) {
            out[one.name] = histogram.at_percentile(one.percentile);
        } else {
            out[one.name] = nullptr;  // too few samples to say
        }
    }
    out["max"] = histogram.max();
    return out;
}

json::object metric(const Metric& metric, const Tally& tally, double seconds) {
    json::object out{{"count", tally.done()},
                     {"ok", tally.ok},
                     {"failed", tally.failed},
                     {"timeout", tally.timed_out},
                     {"in_flight", metric.in_flight},
                     {"rate_per_s", number(seconds > 0 ? static_cast<double>(tally.ok) / seconds : 0)},
                     {"rows", tally.rows},
                     {"bytes", tally.bytes}};
    out["latency_us"] = latency(tally.response);
    if (!tally.service.empty()) out["service_us"] = latency(tally.service);
    if (!tally.failures.empty()) out["failures_us"] = latency(tally.failures);
    out["hdr_v2_base64"] = tally.response.to_base64();
    return out;
}

json::object metrics(const Stage& stage) {
    json::object out;
    for (const Metric& one : stage.metrics) {
        if (one.all().done() > 0) out[one.name()] = metric(one, one.phase(Phase::kSteady), stage.steady_seconds());
    }
    return out;
}

json::array texts(const std::vector<std::string>& list) {
    json::array out;
    for (const std::string& one : list) out.push_back(json::string(one));
    return out;
}

json::object series(const Series& series) {
    json::array columns = texts(series.columns), rows;
    for (const auto& row : series.rows) {
        json::array cells;
        for (const double cell : row) cells.push_back(number(cell));
        rows.push_back(std::move(cells));
    }
    return {{"interval_s", 1}, {"columns", std::move(columns)}, {"rows", std::move(rows)}};
}

json::object stage(const Stage& stage) {
    json::object scalars, excluded;
    for (const auto& [name, value] : stage.scalars) scalars[name] = number(value);
    for (const Metric& one : stage.metrics) {
        const std::uint64_t before = one.phase(Phase::kRamp).done() + one.phase(Phase::kWarmUp).done();
        if (before > 0) excluded[one.name()] = before;
    }
    return {{"name", stage.name},
            {"users", stage.users},
            {"steady_from_s", number(stage.steady_from_s)},
            {"steady_to_s", number(stage.steady_to_s)},
            {"excluded_before_steady", std::move(excluded)},
            {"metrics", metrics(stage)},
            {"scalars", std::move(scalars)},
            {"series", series(stage.series)}};
}

json::array targets(const Run& run) {
    json::array out;
    for (const Judgement& one : run.judgements) {
        json::object target{{"expr", one.target.text},       {"required", one.target.required_text},
                            {"actual", one.actual_text},     {"actual_value", number(one.actual)},
                            {"status", to_text(one.status)}, {"note", one.note}};
        if (one.first_failed_at_s) target["first_failed_at_s"] = number(*one.first_failed_at_s);
        out.push_back(std::move(target));
    }
    return out;
}

json::array errors(const Run& run) {
    json::array out;
    for (const ErrorCount& one : run.errors.most_frequent_first()) {
        out.push_back(json::object{{"kind", one.kind},
                                   {"code", one.code},
                                   {"count", one.count},
                                   {"first_s", number(one.first_s)},
                                   {"last_s", number(one.last_s)},
                                   {"sample", one.sample}});
    }
    return out;
}

std::string hash_text(std::uint64_t hash) {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
    return text.data();
}

}  // namespace

std::string json_report(const Run& run) {
    json::object environment;
    for (const auto& [name, value] : run.environment) environment[name] = value;
    json::array stages;
    for (const Stage& one : run.stages) stages.push_back(stage(one));
    json::object about{{"id", run.id},
                       {"kind", run.kind},
                       {"started_at", run.started_at},
                       {"address", run.address},
                       {"model", run.model},
                       {"phases", run.phases},
                       {"seed", run.seed},
                       {"operations_hash", hash_text(run.operations_hash)},
                       {"argv", texts(run.arguments)},
                       {"env", std::move(environment)},
                       {"duration_s", number(run.duration_s)},
                       {"main_metric", run.main_metric},
                       {"connect_metric", run.connect_metric}};
    const json::object whole{{"schema_version", 1},
                             {"tool", json::object{{"name", "smew load"}, {"version", run.version}}},
                             {"run", std::move(about)},
                             {"verdict", to_text(run.verdict())},
                             {"exit_code", exit_code(run.verdict())},
                             {"invalid_because", texts(run.invalid_because)},
                             {"notes", texts(run.notes)},
                             {"incorrect", run.incorrect},
                             {"targets", targets(run)},
                             {"errors", errors(run)},
                             {"stages", std::move(stages)}};
    return json::serialize(whole) + "\n";
}

}  // namespace smew::measure
