#pragma once
// A whole run of `smew load`: its stages one after the other, judged, reported, and turned into an exit code.

#include "load/progress.hpp"
#include "load/stage_run.hpp"
#include "measure/run.hpp"

#include <boost/asio/signal_set.hpp>

#include <string>
#include <vector>

namespace smew::load {

// Exit codes beyond those of a verdict.
inline constexpr int kExitUsage = 2, kExitUnreachable = 3;

// What every command has in common.
struct JobTerms {
    std::vector<std::string> targets;
    bool default_targets = true, strict_targets = false;
    double most_lag_ms = 10, most_cpu_percent = 80;  // of the generator; beyond them the run is invalid
    int pid = 0;
    std::string metrics_url;
    double trend_after_s = 600;
    double expected_interval_s = 0;  // closed model: correct for omission by it, in a row of its own; 0: do not
    std::string json_file, csv_file, html_file, junit_file, baseline_file;
    bool annotations = false;
    Progress::Form progress = Progress::Form::kLines;
};

struct StageWork {
    StagePlan plan;
    Workload* workload;
};

class LoadJob {
public:
    // `run` says what the command knows of it: kind, address, seed, metrics. `defaults` are the command's own targets.
    LoadJob(measure::Run run, JobTerms terms, std::vector<measure::Target> defaults);

    // For the report's environment.
    void note_fact(const std::string& name, const std::string& value) { run_.environment[name] = value; }
    // Error 22023 for terms that cannot be met: unknown metrics in targets, a wrong pid, too few descriptors.
    Result<void> check(const std::vector<StageWork>& stages);
    // Prints the summary and writes the reports; the exit code.
    int run(const std::vector<StageWork>& stages);

private:
    boost::asio::awaitable<void> run_stages(const std::vector<StageWork>& stages);
    boost::asio::awaitable<void> count_left_over_descriptors();
    void listen_for_signals();
    void judge();
    void judge_baseline(measure::Judgement& judgement);
    void judge_generator(const measure::Stage& stage);
    void refuse_empty_stages();
    int report();

    measure::Run run_;
    JobTerms terms_;
    std::vector<measure::Target> targets_;
    Result<void> targets_read_;
    ServerProbe probe_;
    Progress progress_;
    boost::asio::io_context io_{1};
    boost::asio::thread_pool blocking_{1};
    boost::asio::signal_set signals_;
    std::unique_ptr<StageRun> stage_;
    std::optional<ServerUsage> usage_before_;
    SteadyTime started_;
};

// A target of a command's own, with the label the summary gives it.
measure::Target default_target(const std::string& text, const std::string& label);

}  // namespace smew::load
