#include "load/options.hpp"

#include "core/random.hpp"
#include "measure/target.hpp"

#include <filesystem>

namespace smew::load {
namespace {

void add_timing(CLI::App& command, CommonOptions& options) {
    command.add_option("--duration", options.duration, "How long the measured phase lasts: 30, 30s, 5m, 1h")
        ->capture_default_str();
    command.add_option("--warmup", options.warm_up, "Load before it that is not counted")->capture_default_str();
    command.add_option("--ramp", options.ramp, "Time over which users connect")->capture_default_str();
    command.add_option("--drain", options.drain, "Wait for the last replies")->capture_default_str();
    command.add_option("--timeout", options.timeout, "Of one operation")->capture_default_str();
    command.add_option("--retry", options.retry, "Wait before a user connects again")->capture_default_str();
    command.add_option("--connect-rate", options.connect_rate, "Connections made per second; 0: all at once");
    command.add_option("--think", options.think, "Pause of a user between operations: 1s, or 1s-3s")
        ->capture_default_str();
    command.add_option("--rate", options.rate,
                       "Open model: operations per second of all users together, whatever the replies");
    command.add_option("--rate-from", options.rate_from, "Open model: the rate rises from here during the warm-up");
    command.add_option("--arrivals", options.arrivals, "Open model: constant or poisson")
        ->check(CLI::IsMember({"constant", "poisson"}))
        ->capture_default_str();
    command.add_option("--seed", options.seed, "The same seed draws the same operations");
}

void add_judging(CLI::App& command, CommonOptions& options) {
    command.add_option("--threshold", options.thresholds, "A target, as \"pg.query p95<50ms\"; may be repeated");
    command.add_flag("--no-default-targets", options.no_default_targets, "Judge by --threshold only");
    command.add_flag("--strict-targets", options.strict_targets, "A target that cannot be judged fails");
    command.add_option("--baseline", options.baseline,
                       "A JSON report of an earlier run, for targets with \"baseline\"");
    command
        .add_option("--max-lag", options.max_lag, "The run is invalid when the generator starts operations later (P99)")
        ->capture_default_str();
    command.add_option("--max-generator-cpu", options.max_generator_cpu, "… or uses more of its core, in percent")
        ->capture_default_str();
    command.add_option("--trend-after", options.trend_after, "Memory growth is judged in runs at least so long")
        ->capture_default_str();
}

void add_output(CLI::App& command, CommonOptions& options) {
    command.add_option("--expected-interval", options.expected_interval,
                       "Closed model: also show latencies corrected for what was not sent while a user waited");
    command.add_option("--pid", options.pid, "The server's process: it and its children are watched");
    command.add_option("--metrics", options.metrics, "Or the address of its /metrics");
    command.add_option("--json", options.json, "Write the report as JSON");
    command.add_option("--csv", options.csv, "Write each second as CSV");
    command.add_option("--html", options.html, "Write a page with charts");
    command.add_option("--junit", options.junit, "Write the targets as JUnit XML");
    command.add_option("--report", options.report, "A directory for all four: report.json, .csv, .html, junit.xml");
    command.add_flag("--annotations", options.annotations, "Print failed targets for GitHub Actions");
    command.add_option("--progress", options.progress, "auto, live, lines or none")
        ->check(CLI::IsMember({"auto", "live", "lines", "none"}))
        ->capture_default_str();
}

Error wrong(const std::string& flag, const std::string& why) {
    return {sqlstate::kInvalidParameterValue, flag + ": " + why};
}

// Reads a duration into `out`; the flag is named in the error.
bool read(const char* flag, const std::string& text, double& out, Result<void>& problem) {
    const auto seconds = measure::parse_seconds(text);
    if (!seconds) {
        problem = wrong(flag, seconds.error().message + ". " + seconds.error().hint);
        return false;
    }
    out = *seconds;
    return true;
}

bool read_think(const std::string& text, StagePlan& plan, Result<void>& problem) {
    const std::size_t dash = text.find('-');
    if (!read("--think", text.substr(0, dash), plan.think_min_s, problem)) return false;
    plan.think_max_s = plan.think_min_s;
    if (dash != std::string::npos && !read("--think", text.substr(dash + 1), plan.think_max_s, problem)) return false;
    if (plan.think_max_s >= plan.think_min_s) return true;
    problem = wrong("--think", "the longest pause is shorter than the shortest");
    return false;
}

Progress::Form form_of(const std::string& text) {
    if (text == "live") return Progress::Form::kLive;
    if (text == "lines") return Progress::Form::kLines;
    return text == "none" ? Progress::Form::kNone : Progress::natural_form();
}

}  // namespace

void add_common(CLI::App& command, CommonOptions& options) {
    add_timing(command, options);
    add_judging(command, options);
    add_output(command, options);
}

Result<JobTerms> terms_of(const CommonOptions& options) {
    JobTerms terms;
    Result<void> problem;
    double lag_s = 0;
    if (!read("--max-lag", options.max_lag, lag_s, problem)) return problem.error();
    if (!read("--trend-after", options.trend_after, terms.trend_after_s, problem)) return problem.error();
    if (!read("--expected-interval", options.expected_interval, terms.expected_interval_s, problem))
        return problem.error();
    terms.most_lag_ms = 1000 * lag_s;
    terms.most_cpu_percent = options.max_generator_cpu;
    terms.targets = options.thresholds;
    terms.default_targets = !options.no_default_targets;
    terms.strict_targets = options.strict_targets;
    terms.pid = options.pid;
    terms.metrics_url = options.metrics;
    terms.json_file = options.json;
    terms.csv_file = options.csv;
    terms.html_file = options.html;
    terms.junit_file = options.junit;
    terms.baseline_file = options.baseline;
    terms.annotations = options.annotations;
    terms.progress = form_of(options.progress);
    if (options.report.empty()) return terms;
    std::error_code failed;
    std::filesystem::create_directories(options.report, failed);
    if (failed) return wrong("--report", "cannot make directory \"" + options.report + "\": " + failed.message());
    const auto in_directory = [&](std::string& file, const char* name) {
        if (file.empty()) file = options.report + "/" + name;
    };
    in_directory(terms.json_file, "report.json");
    in_directory(terms.csv_file, "report.csv");
    in_directory(terms.html_file, "report.html");
    in_directory(terms.junit_file, "junit.xml");
    return terms;
}

Result<StagePlan> plan_of(const CommonOptions& options) {
    StagePlan plan;
    Result<void> problem;
    const bool read_all =
        read("--duration", options.duration, plan.steady_s, problem) &&
        read("--warmup", options.warm_up, plan.warm_up_s, problem) &&
        read("--ramp", options.ramp, plan.ramp_s, problem) && read("--drain", options.drain, plan.drain_s, problem) &&
        read("--timeout", options.timeout, plan.timeout_s, problem) &&
        read("--retry", options.retry, plan.retry_s, problem) && read_think(options.think, plan, problem);
    if (!read_all) return problem.error();
    if (plan.steady_s <= 0) return wrong("--duration", "a run of no time measures nothing");
    if (plan.timeout_s <= 0) return wrong("--timeout", "must be more than nothing");
    if (options.rate < 0 || options.rate_from < 0 || options.connect_rate < 0)
        return wrong("--rate", "a rate is not negative");
    plan.rate_per_s = options.rate;
    plan.rate_from_per_s = options.rate_from;
    plan.connect_per_s = options.connect_rate;
    if (options.rate > 0) plan.arrivals = options.arrivals == "poisson" ? Arrivals::kPoisson : Arrivals::kConstant;
    return plan;
}

measure::Run new_run(std::string kind, const CommonOptions& options) {
    measure::Run run;
    run.kind = std::move(kind);
    run.id = random_hex(16);
    run.seed = options.seed;
    if (run.seed == 0) {
        std::array<std::uint8_t, 4> bytes{};
        fill_random(bytes);
        for (const std::uint8_t byte : bytes) run.seed = run.seed << 8 | byte;
    }
    return run;
}

}  // namespace smew::load
