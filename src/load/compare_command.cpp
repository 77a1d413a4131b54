// `smew load compare A B` and `smew load merge A B …`.

#include "load/command.hpp"
#include "measure/comparison.hpp"
#include "measure/report.hpp"
#include "measure/run_file.hpp"

#include <cstdio>
#include <sstream>

namespace smew::load {
namespace {

constexpr int kWorse = 97;

struct CompareOptions {
    std::string a, b, json;
    double fail_over = 5, alpha = 0.05;
};
struct MergeOptions {
    std::vector<std::string> files;
    std::string json, html;
};

// "one.json,two.json,three.json"
Result<std::vector<measure::Run>> runs_of(const std::string& list) {
    std::vector<measure::Run> runs;
    std::istringstream files(list);
    for (std::string file; std::getline(files, file, ',');) {
        auto run = measure::read_run(file);
        if (!run) return run.error();
        runs.push_back(std::move(*run));
    }
    if (runs.empty()) return Error{sqlstate::kInvalidParameterValue, "a report is missing"};
    return runs;
}

int run_compare(const CompareOptions& options) {
    const auto a = runs_of(options.a), b = runs_of(options.b);
    if (!a || !b) return refuse(a ? b.error() : a.error(), kExitUsage);
    const auto rows = measure::compare(*a, *b, {options.fail_over, options.alpha, 1});
    if (!rows) return refuse(rows.error(), kExitUsage);
    std::fputs(measure::comparison_text(*rows).c_str(), stdout);
    if (a->size() < 3 || b->size() < 3)
        std::puts(
            "One run a side says little on a busy machine: three or more of each, taken in turns, say more (A1,A2,A3 "
            "B1,B2,B3).");
    if (!options.json.empty()) {
        if (const auto written = measure::write_file(options.json, measure::comparison_json(*rows)); !written)
            return refuse(written.error(), 1);
    }
    return measure::any_worse(*rows) ? kWorse : 0;
}

int run_merge(const MergeOptions& options) {
    auto whole = measure::read_run(options.files.front());
    if (!whole) return refuse(whole.error(), kExitUsage);
    for (std::size_t i = 1; i < options.files.size(); ++i) {
        const auto more = measure::read_run(options.files[i]);
        if (!more) return refuse(more.error(), kExitUsage);
        if (const auto merged = measure::merge(*whole, *more); !merged) return refuse(merged.error(), kExitUsage);
    }
    std::fputs(measure::text_report(*whole).c_str(), stdout);
    const auto json =
        options.json.empty() ? Result<void>() : measure::write_file(options.json, measure::json_report(*whole));
    const auto html =
        options.html.empty() ? Result<void>() : measure::write_file(options.html, measure::html_report(*whole));
    if (!json || !html) return refuse(json ? html.error() : json.error(), 1);
    return measure::exit_code(whole->verdict());
}

}  // namespace

void add_compare(CLI::App& load, Chosen& chosen) {
    CLI::App* command = load.add_subcommand(
        "compare", "Whether run B is slower than run A, or differs by chance (exit code 97: slower)");
    const auto options = std::make_shared<CompareOptions>();  // shared by the parser and the callback
    command->add_option("A", options->a, "JSON report, or several joined by commas")->required();
    command->add_option("B", options->b, "JSON report, or several joined by commas")->required();
    command->add_option("--fail-over", options->fail_over, "Smaller differences do not matter, in percent")
        ->capture_default_str();
    command->add_option("--alpha", options->alpha, "How certain a difference must be")->capture_default_str();
    command->add_option("--json", options->json, "Write the comparison as JSON");
    command->callback(
        [options, &chosen] { chosen = [options](const CommandFacts&) { return run_compare(*options); }; });
}

void add_merge(CLI::App& load, Chosen& chosen) {
    CLI::App* command =
        load.add_subcommand("merge", "One report out of those of several generators that ran at the same time");
    const auto options = std::make_shared<MergeOptions>();  // shared by the parser and the callback
    command->add_option("reports", options->files, "JSON reports")->required();
    command->add_option("--json", options->json, "Write the whole as JSON");
    command->add_option("--html", options->html, "Write the whole as a page");
    command->callback([options, &chosen] { chosen = [options](const CommandFacts&) { return run_merge(*options); }; });
}

}  // namespace smew::load
