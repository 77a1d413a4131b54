// The summary in the seed's own words and order; what this tester knows beyond it follows in the same style.

#include "measure/report.hpp"
#include "measure/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace smew::measure {
namespace {

const std::string kRule(80, '=');
constexpr std::size_t kMostErrorsShown = 5;

std::string milliseconds(std::uint64_t us) {
    return number_text(static_cast<double>(us) / 1000, 2);
}

std::string share(std::uint64_t part, std::uint64_t whole) {
    return number_text(whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole), 1) + "%";
}

// A percentile, or why there is none.
std::string percentile(const Histogram& histogram, double p) {
    const std::uint64_t needed = samples_needed(p);
    if (histogram.count() < needed)
        return "n/a (" + std::to_string(histogram.count()) + " of " + std::to_string(needed) + " samples)";
    return milliseconds(histogram.at_percentile(p));
}

std::string with_seconds(const Histogram& histogram, double p) {
    if (histogram.count() < samples_needed(p)) return percentile(histogram, p);
    return percentile(histogram, p) + " (" + number_text(static_cast<double>(histogram.at_percentile(p)) / 1e6, 3) +
           "s)";
}

std::string statistics_block(const std::string& title, const Histogram& histogram, bool seconds) {
    const auto p = [&](double at) { return seconds ? with_seconds(histogram, at) : percentile(histogram, at); };
    std::string out = "\n" + title + " (ms):\n";
    if (histogram.empty()) return out + "  nothing was measured\n";
    out += "  Min: " + milliseconds(histogram.min()) + "\n";
    out += "  Mean: " + number_text(histogram.mean() / 1000, 2) + "\n";
    out += "  Median: " + percentile(histogram, 50) + "\n";
    out += "  P95: " + p(95) + "\n";
    out += "  P99: " + p(99) + "\n";
    out += "  Max: " + milliseconds(histogram.max()) + "\n";
    return out;
}

// The stage a summary of one set of figures is about: the only one, or the last of a ladder.
const Stage& last_stage(const Run& run) {
    return run.stages.back();
}

double scalar(const Stage& stage, const std::string& name, double otherwise = NAN) {
    const auto found = stage.scalars.find(name);
    return found == stage.scalars.end() ? otherwise : found->second;
}

std::string connection_block(const Run& run, const Stage& stage) {
    const Metric* connects = stage.metric(run.connect_metric);
    const Tally tally = connects == nullptr ? Tally() : connects->all();
    return "\n📊 Connection Statistics:\n  Total Attempted: " + std::to_string(tally.done()) +
           "\n  Successful: " + std::to_string(tally.ok) + " (" + share(tally.ok, tally.done()) +
           ")\n  Failed: " + std::to_string(tally.failed + tally.timed_out) + "\n";
}

std::string message_block(const Metric& main, const Tally& steady) {
    const std::uint64_t sent = steady.done() + main.in_flight;
    std::string out = "\n📨 Message Statistics:\n  Sent: " + std::to_string(sent) +
                      "\n  Received: " + std::to_string(steady.ok) + " (" + share(steady.ok, sent) + ")\n";
    if (steady.failed + steady.timed_out + main.in_flight > 0) {
        out += "  Failed: " + std::to_string(steady.failed) + "   Timed out: " + std::to_string(steady.timed_out) +
               "   In flight at the end: " + std::to_string(main.in_flight) + "\n";
    }
    return out;
}

std::string query_block(const Metric& main, const Tally& steady) {
    const std::uint64_t sent = steady.done() + main.in_flight;
    return "\n📨 Query Statistics:\n  Total: " + std::to_string(sent) + "\n  Successful: " + std::to_string(steady.ok) +
           " (" + share(steady.ok, sent) + ")\n  Failed: " + std::to_string(steady.failed) +
           "   Timed out: " + std::to_string(steady.timed_out) +
           "   In flight at the end: " + std::to_string(main.in_flight) + "\n";
}

std::string throughput_block(const Run& run, const Stage& stage, const Tally& steady) {
    const double seconds = std::max(1e-9, stage.steady_seconds());
    const double rate = static_cast<double>(steady.ok) / seconds;
    const bool websocket = run.kind == "websocket";
    std::string out = "\n🚀 Throughput:\n";
    if (const double rate_of_connects = scalar(stage, "connect.rate"); std::isfinite(rate_of_connects)) {
        out += "  Connections/sec: " + number_text(rate_of_connects, 2) + "\n";
    }
    out += std::string(websocket ? "  Messages/sec: " : "  Queries/sec: ") + number_text(rate, 2) + "\n";
    if (steady.rows > 0) out += "  Rows/sec: " + number_text(static_cast<double>(steady.rows) / seconds, 1) + "\n";
    if (steady.bytes > 0) out += "  Received/sec: " + size_text(static_cast<double>(steady.bytes) / seconds) + "\n";
    return out;
}

std::string class_block(const Stage& stage) {
    std::string out;
    for (const Metric& metric : stage.metrics) {
        const std::size_t brace = metric.name().find('{');
        const Tally& steady = metric.phase(Phase::kSteady);
        if (brace == std::string::npos || steady.done() == 0) continue;
        if (out.empty()) {
            out = "\n🔎 By Class (ms):\n  " + padded_right("class", 26) + padded_left("n", 10) + padded_left("P50", 10) +
                  padded_left("P95", 10) + padded_left("P99", 10) + padded_left("ok", 9) + "\n";
        }
        const auto p = [&](double at) {
            return steady.response.count() < samples_needed(at) ? "n/a"
                                                                : milliseconds(steady.response.at_percentile(at));
        };
        const std::string name = metric.name().substr(brace + 7, metric.name().size() - brace - 8);
        out += "  " + padded_right(name, 26) + padded_left(grouped(steady.done()), 10) + padded_left(p(50), 10) +
               padded_left(p(95), 10) + padded_left(p(99), 10) + padded_left(share(steady.ok, steady.done()), 9) + "\n";
    }
    return out;
}

std::string ladder_row(const Run& run, const Stage& stage) {
    const Metric* main = stage.metric(run.main_metric);
    const Tally& steady = main->phase(Phase::kSteady);
    const double seconds = std::max(1e-9, stage.steady_seconds());
    const auto p = [&](double at) {
        return steady.response.count() < samples_needed(at) ? "n/a" : milliseconds(steady.response.at_percentile(at));
    };
    const auto or_dash = [](double value, auto text) { return std::isfinite(value) ? text(value) : std::string("-"); };
    const auto whole = [](double value) { return number_text(value, 0); };
    const std::vector<double> cpu = stage.series.column("server_cpu_percent", stage.steady_from_s, stage.steady_to_s);
    double sum = 0, count = 0;
    for (const double value : cpu) {
        if (std::isfinite(value)) sum += value, ++count;
    }
    return padded_right(stage.name, 20) + padded_left(or_dash(scalar(stage, "connect.rate"), whole), 7) +
           padded_left(number_text(static_cast<double>(steady.ok) / seconds, 1), 10) +
           padded_left(grouped(static_cast<std::uint64_t>(static_cast<double>(steady.rows) / seconds)), 11) +
           padded_left(p(50), 9) + padded_left(p(95), 9) + padded_left(p(99), 9) +
           padded_left(share(steady.ok, steady.done() + main->in_flight), 8) +
           padded_left(
               or_dash(scalar(stage, "rss.peak", scalar(stage, "rss.end")), [](double v) { return size_text(v); }),
               10) +
           padded_left(or_dash(count > 0 ? sum / count : NAN, whole), 6) +
           padded_left(or_dash(scalar(stage, "fd.end"), whole), 6) + "\n";
}

std::string ladder(const Run& run) {
    std::string out = "\n📶 Ladder (latencies in ms):\n" + padded_right("stage", 20) + padded_left("conn/s", 7) +
                      padded_left("queries/s", 10) + padded_left("rows/s", 11) + padded_left("P50", 9) +
                      padded_left("P95", 9) + padded_left("P99", 9) + padded_left("ok", 8) + padded_left("RSS", 10) +
                      padded_left("CPU%", 6) + padded_left("FDs", 6) + "\n";
    for (const Stage& stage : run.stages) out += ladder_row(run, stage);
    return out;
}

std::string pool_block(const Stage& stage) {
    const Metric* wait = stage.metric("db.pool_wait");
    if (wait == nullptr) return "";
    return statistics_block("🅿️  Pool Wait", wait->phase(Phase::kSteady).response, false);
}

// What a client that kept to an interval would have seen, estimated from one that waited.
std::string corrected_block(const Stage& stage, const Histogram& seen) {
    const double interval = scalar(stage, "expected_interval_us");
    if (!std::isfinite(interval)) return "";
    Histogram corrected;
    for (const auto& [index, count] : seen.sparse()) {
        Histogram one;
        one.add(Histogram::Sparse{{index, 1}});
        for (std::uint32_t i = 0; i < count; ++i)
            corrected.add_corrected(one.max(), static_cast<std::uint64_t>(interval));
    }
    return statistics_block("⚡ Estimate corrected for omission, interval " + duration_text(interval), corrected, false);
}

std::string sparkline(const Stage& stage) {
    constexpr std::array<const char*, 8> kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    std::vector<double> values = stage.series.column("p95_us", stage.steady_from_s, stage.steady_to_s);
    std::erase_if(values, [](double value) { return std::isnan(value); });
    if (values.size() < 3) return "";
    const double most = std::max(1.0, *std::ranges::max_element(values));
    const std::size_t step = values.size() / 40 + 1;
    std::string out;
    for (std::size_t at = 0; at < values.size(); at += step)
        out += kBars[static_cast<std::size_t>(values[at] / most * 7)];
    return out;
}

std::string trend_block(const Stage& stage) {
    std::string out;
    if (const double raw = scalar(stage, "degradation.raw"); std::isfinite(raw)) {
        out += "  P95 last fifth / first fifth: x" + number_text(raw, 2);
        const double p = scalar(stage, "degradation.p");
        out += std::isfinite(p) ? " (trend p=" + number_text(p, 3) + ")" : " (too short for a trend)";
        if (const double rate = scalar(stage, "rate.ratio"); std::isfinite(rate))
            out += "   rate x" + number_text(rate, 2);
        out += "   " + sparkline(stage) + "\n";
    }
    if (const double rss = scalar(stage, "rss.end"); std::isfinite(rss)) {
        out += "  Server RSS: " + size_text(scalar(stage, "rss.start")) + " → " + size_text(rss);
        const double slope = scalar(stage, "rss.slope.raw");
        if (std::isfinite(slope)) out += " (" + number_text(slope, 1) + "%/h)";
        out += "   FDs: " + number_text(scalar(stage, "fd.start"), 0) + " → " + number_text(scalar(stage, "fd.end"), 0);
        if (const double leak = scalar(stage, "fd.leak"); std::isfinite(leak))
            out += " (" + number_text(leak, 0) + " left over)";
        out += "\n";
    }
    return out.empty() ? "" : "\n📈 Trend:\n" + out;
}

std::string generator_block(const Run& run, const Stage& stage) {
    std::string out = "\n🧪 Generator: CPU " + number_text(scalar(stage, "generator.cpu", 0), 0) +
                      "% of a core, lag P99 " + number_text(scalar(stage, "generator.lag_p99", 0), 2) +
                      "ms, dropped arrivals " + number_text(scalar(stage, "dropped", 0), 0) +
                      (run.invalid_because.empty() ? ", VALID" : ", INVALID") + "\n";
    for (const std::string& why : run.invalid_because) out += "  " + why + "\n";
    return out;
}

std::string error_block(const Run& run) {
    const auto errors = run.errors.most_frequent_first();
    std::uint64_t total = 0;
    for (const ErrorCount& one : errors) total += one.count;
    std::string out = "❌ Total Errors: " + std::to_string(total) + "\n";
    for (std::size_t i = 0; i < std::min(errors.size(), kMostErrorsShown); ++i) {
        const ErrorCount& one = errors[i];
        out += "  " + std::to_string(one.count) + "x " + one.kind + " " + one.code + " (" +
               seconds_text(std::round(one.first_s)) + " to " + seconds_text(std::round(one.last_s)) +
               "): " + one.sample + "\n";
    }
    if (run.incorrect > 0)
        out +=
            "  WRONG REPLIES: " + std::to_string(run.incorrect) + " (rows of others, or replies to something else)\n";
    return out;
}

std::string mark(Status status) {
    return status == Status::kMet ? "✅" : status == Status::kNotEvaluated ? "➖" : "❌";
}

// "P95 Latency: 1.568s (target: <2s)", as the seed writes it.
std::string target_line(const Judgement& one) {
    const std::string label = one.target.label.empty() ? one.target.text : one.target.label;
    std::string required = one.target.required_text;
    std::erase(required, ' ');
    if (required.starts_with(">=")) required = required.substr(2) + "+";
    std::string actual = one.actual_text.empty() ? "n/a" : one.actual_text;
    const std::string note = one.note.empty() || one.status == Status::kMet ? "" : " – " + one.note;
    return "  " + mark(one.status) + " " + label + ": " + actual + " (target: " + required + ")" + note + "\n";
}

std::string target_block(const Run& run) {
    if (run.judgements.empty()) return "";
    std::string out = "\n🎯 Target Validation:\n";
    for (const Judgement& one : run.judgements) out += target_line(one);
    return out;
}

std::string result_line(const Run& run) {
    std::array<std::size_t, 4> counts{};
    for (const Judgement& one : run.judgements) ++counts[static_cast<std::size_t>(one.status)];
    std::string verdict(to_text(run.verdict()));
    std::ranges::transform(verdict, verdict.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    return "RESULT: " + verdict + " (" + std::to_string(counts[0]) + " met, " + std::to_string(counts[1] + counts[2]) +
           " failed, " + std::to_string(counts[3]) + " not evaluated)\n";
}

std::string header(const Run& run) {
    std::string out = kRule + "\nLOAD TEST RESULTS SUMMARY\n" + kRule + "\n";
    out += "  " + run.kind + "   " + run.address + "\n  " + run.model + "; " + run.phases + "\n  run " + run.id +
           "   seed " + std::to_string(run.seed) + "   smew " + run.version + "\n";
    for (const std::string& note : run.notes) out += "  note: " + note + "\n";
    return out;
}

}  // namespace

std::string text_report(const Run& run) {
    if (run.stages.empty()) return header(run) + kRule + "\n";
    const Stage& stage = last_stage(run);
    const Metric* main = stage.metric(run.main_metric);
    const Tally& steady = main->phase(Phase::kSteady);
    const bool websocket = run.kind == "websocket", several = run.stages.size() > 1;
    std::string out = header(run);
    if (several) out += ladder(run) + "\nThe last stage, " + stage.name + ":\n";
    out += connection_block(run, stage) + (websocket ? message_block(*main, steady) : query_block(*main, steady));
    if (const Metric* connects = stage.metric(run.connect_metric)) {
        out += statistics_block("⏱️  Connection Time", connects->all().response, false);
    }
    out += statistics_block(websocket ? "⚡ Message Latency" : "⚡ Query Time", steady.response, true);
    if (!steady.service.empty()) {
        out += statistics_block("⚡ Service Time, without waiting for a free user", steady.service, false);
    }
    out += corrected_block(stage, steady.response) + pool_block(stage) + class_block(stage) +
           throughput_block(run, stage, steady);
    out += "\n⏲️  Test Duration: " + number_text(run.duration_s, 2) + "s\n" + error_block(run);
    out += trend_block(stage) + generator_block(run, stage) + target_block(run);
    return out + kRule + "\n" + result_line(run);
}

}  // namespace smew::measure
