#pragma once
// What the commands' flags say, before it is understood. For the commands of this room.

#include "load/load_job.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace smew::load {

// Flags that every kind of run has.
struct CommonOptions {
    std::string duration = "30", warm_up = "0", ramp = "0", drain = "5", timeout = "30", retry = "1", think = "0";
    double rate = 0, rate_from = 0, connect_rate = 0;
    std::string arrivals = "constant";
    std::uint64_t seed = 0;  // 0: a new one, which the report names
    std::vector<std::string> thresholds;
    bool no_default_targets = false, strict_targets = false, annotations = false;
    std::string max_lag = "10ms", trend_after = "600", expected_interval = "0";
    double max_generator_cpu = 80;
    int pid = 0;
    std::string metrics, json, csv, html, junit, report, baseline, progress = "auto";
};

void add_common(CLI::App& command, CommonOptions& options);

// Error 22023 names the flag.
Result<JobTerms> terms_of(const CommonOptions& options);
// Without name and users, which are the command's own.
Result<StagePlan> plan_of(const CommonOptions& options);

// What is the same for every run: id, seed, version, arguments.
measure::Run new_run(std::string kind, const CommonOptions& options);

}  // namespace smew::load
