#include "core/xml_text.hpp"
#include "measure/report.hpp"
#include "measure/svg_chart.hpp"
#include "measure/text.hpp"

#include <algorithm>
#include <cmath>

namespace smew::measure {
namespace {

constexpr const char* kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:1040px;margin:2em auto;padding:0 "
    "1em;color:#1f2937;background:#fff}"
    "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}table{border-collapse:collapse;width:100%;font-size:.9em}"
    "td,th{padding:.3em .6em;border-bottom:1px solid "
    "#e5e7eb;text-align:right}td:first-child,th:first-child{text-align:left}"
    ".pass{color:#047857}.fail{color:#b91c1c}.skip{color:#6b7280}figure{margin:1em 0}figcaption{font-weight:600}"
    "svg{width:100%;height:auto}svg text{font-size:10px;fill:#6b7280}.grid{stroke:#e5e7eb}.steady{fill:#f3f4f6}"
    ".legend span{margin-right:1.2em;font-size:.85em}.legend "
    "i{display:inline-block;width:.8em;height:.8em;margin-right:.35em}"
    "pre{background:#f9fafb;padding:1em;overflow:auto;font-size:.85em}";

std::vector<double> scaled(std::vector<double> values, double factor) {
    for (double& value : values) value *= factor;
    return values;
}

bool has_values(const Line& line) {
    return std::ranges::any_of(line.values, [](double value) { return std::isfinite(value) && value != 0; });
}

// Columns of the stage's series as one chart; those that hold nothing are left out.
std::string chart(const Stage& stage, const std::string& title, const std::string& unit, double factor,
                  const std::vector<std::pair<std::string, std::string>>& columns) {
    Chart chart{title, unit, stage.series.column("t_s"), {}, stage.steady_from_s, stage.steady_to_s};
    for (const auto& [column, name] : columns) {
        Line line{name, scaled(stage.series.column(column), factor)};
        if (has_values(line)) chart.lines.push_back(std::move(line));
    }
    return svg(chart);
}

std::string charts(const Stage& stage) {
    std::vector<std::pair<std::string, std::string>> classes;
    for (const std::string& column : stage.series.columns) {
        if (column.starts_with("p95_us.")) classes.emplace_back(column, column.substr(7));
    }
    std::string out = chart(stage, "Latency", "ms", 1e-3,
                            {{"p50_us", "P50"}, {"p95_us", "P95"}, {"p99_us", "P99"}, {"max_us", "max"}});
    out += chart(stage, "Throughput", "per second", 1,
                 {{"rate_per_s", "ok"}, {"failed_per_s", "failed"}, {"connects_per_s", "connects"}});
    if (classes.size() > 1) out += chart(stage, "P95 by class", "ms", 1e-3, classes);
    out += chart(stage, "Users", "", 1, {{"users", "connected"}, {"in_flight", "in flight"}});
    out += chart(stage, "Server memory", "MiB", 1.0 / 1048576, {{"server_rss_bytes", "RSS"}});
    out += chart(stage, "CPU", "% of a core", 1,
                 {{"server_cpu_percent", "server"}, {"generator_cpu_percent", "generator"}});
    return out + chart(stage, "Server descriptors and threads", "", 1,
                       {{"server_fds", "descriptors"}, {"server_threads", "threads"}});
}

std::string row(const std::vector<std::string>& cells, const char* tag = "td") {
    std::string out = "<tr>";
    for (const std::string& cell : cells) out += std::string("<") + tag + ">" + xml_escaped(cell) + "</" + tag + ">";
    return out + "</tr>\n";
}

std::string metric_table(const Stage& stage) {
    std::string out =
        "<table>" +
        row({"metric", "n", "ok", "per s", "min", "mean", "P50", "P90", "P95", "P99", "P99.9", "max"}, "th");
    for (const Metric& metric : stage.metrics) {
        const Tally& tally = metric.phase(Phase::kSteady);
        if (tally.done() == 0) continue;
        const Histogram& seen = tally.response;
        const auto p = [&](double at) {
            return seen.count() < samples_needed(at) ? "n/a"
                                                     : duration_text(static_cast<double>(seen.at_percentile(at)));
        };
        const double seconds = std::max(1e-9, stage.steady_seconds());
        out += row({metric.name(), grouped(tally.done()),
                    number_text(100.0 * static_cast<double>(tally.ok) / static_cast<double>(tally.done()), 2) + "%",
                    number_text(static_cast<double>(tally.ok) / seconds, 1),
                    duration_text(static_cast<double>(seen.min())), duration_text(seen.mean()), p(50), p(90), p(95),
                    p(99), p(99.9), duration_text(static_cast<double>(seen.max()))});
    }
    return out + "</table>\n";
}

std::string target_table(const Run& run) {
    std::string out = "<table>" + row({"target", "required", "actual", "status"}, "th");
    for (const Judgement& one : run.judgements) {
        const bool good = one.status == Status::kMet, open = one.status == Status::kNotEvaluated;
        const std::string name = one.target.label.empty() ? one.target.text : one.target.label;
        out += "<tr><td>" + xml_escaped(name) + "</td><td>" + xml_escaped(one.target.required_text) + "</td><td>" +
               xml_escaped(one.actual_text) + "</td><td class=\"" +
               (good   ? "pass"
                : open ? "skip"
                       : "fail") +
               "\">" + std::string(to_text(one.status)) + (one.note.empty() ? "" : " – " + xml_escaped(one.note)) +
               "</td></tr>\n";
    }
    return out + "</table>\n";
}

std::string facts(const Run& run) {
    std::string arguments;
    for (const std::string& one : run.arguments) arguments += (arguments.empty() ? "" : " ") + one;
    std::string out = "<table>" + row({"target", run.address}) + row({"model", run.model}) +
                      row({"phases", run.phases}) + row({"seed", std::to_string(run.seed)}) +
                      row({"command", arguments}) + row({"started", run.started_at});
    for (const auto& [name, value] : run.environment) out += row({name, value});
    return out + "</table>\n";
}

}  // namespace

std::string html_report(const Run& run) {
    const std::string verdict(to_text(run.verdict()));
    std::string out =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>smew load " +
        xml_escaped(run.kind) + "</title><style>" + kStyle + "</style>\n<h1>smew load " + xml_escaped(run.kind) +
        ": <span class=\"" + (run.verdict() == Verdict::kPass ? "pass" : "fail") + "\">" + verdict + "</span></h1>\n";
    out += facts(run) + "<h2>Targets</h2>" + target_table(run);
    for (const Stage& stage : run.stages) {
        out += "<h2>" + xml_escaped(stage.name) + "</h2>" + metric_table(stage) + charts(stage);
    }
    return out + "<h2>Summary</h2><pre>" + xml_escaped(text_report(run)) + "</pre></html>\n";
}

}  // namespace smew::measure
