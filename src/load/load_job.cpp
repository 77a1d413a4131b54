#include "load/load_job.hpp"

#include "measure/report.hpp"
#include "measure/run_file.hpp"
#include "measure/text.hpp"
#include "net/run_blocking.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>

// g++ 12 pairs the coroutine frame's operator delete with the wrong operator new once both are inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace smew::load {

namespace asio = boost::asio;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t kOwnDescriptors = 64;
constexpr int kLongestWaitForDescriptors = 50;  // tenths of a second
constexpr double kLittleLagPercent = 10;        // of the median latency, in a closed model

// The soft limit is raised as far as the hard one lets it.
std::uint64_t most_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

Result<void> check_descriptors(const std::vector<StageWork>& stages) {
    std::uint64_t users = 0;
    for (const StageWork& stage : stages) users = std::max<std::uint64_t>(users, stage.plan.users);
    if (users + kOwnDescriptors <= most_descriptors()) return {};
    return Error{sqlstate::kInvalidParameterValue,
                 std::to_string(users) + " connections need more file descriptors than this process may open", "",
                 "Raise the limit with \"ulimit -n " + std::to_string(users + kOwnDescriptors) +
                     "\", or use fewer connections."};
}

std::set<std::string> metrics_of(const std::vector<StageWork>& stages) {
    std::set<std::string> names;
    for (const StageWork& stage : stages) {
        names.insert(stage.workload->main_metric());
        names.insert(stage.workload->connect_metric());
        for (const std::string& one : stage.workload->further_metrics()) names.insert(one);
        for (const std::string& one : stage.workload->classes())
            names.insert(stage.workload->main_metric() + "{class:" + one + "}");
    }
    return names;
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

}  // namespace

measure::Target default_target(const std::string& text, const std::string& label) {
    measure::Target target = measure::parse_target(text).value();
    target.label = label;
    target.by_default = true;
    return target;
}

LoadJob::LoadJob(measure::Run run, JobTerms terms, std::vector<measure::Target> defaults)
    : run_(std::move(run)),
      terms_(std::move(terms)),
      probe_(terms_.pid, terms_.metrics_url),
      progress_(terms_.progress),
      signals_(io_, SIGINT, SIGTERM) {
    if (terms_.default_targets) targets_ = std::move(defaults);
    for (const std::string& text : terms_.targets) {
        auto target = measure::parse_target(text);
        if (!target) {
            targets_read_ = target.error();
            return;
        }
        targets_.push_back(std::move(*target));
    }
}

Result<void> LoadJob::check(const std::vector<StageWork>& stages) {
    if (!targets_read_) return targets_read_;
    if (const auto known = measure::check_names(targets_, metrics_of(stages)); !known) return known;
    if (const auto room = check_descriptors(stages); !room) return room;
    const bool against = std::ranges::any_of(targets_, &measure::Target::baseline);
    if (against && terms_.baseline_file.empty()) {
        return Error{sqlstate::kInvalidParameterValue, "a target names the baseline and there is none", "",
                     "Give a report of an earlier run with --baseline FILE."};
    }
    if (!terms_.baseline_file.empty()) {
        if (const auto baseline = measure::read_run(terms_.baseline_file); !baseline) return baseline.error();
    }
    return probe_.check();
}

void LoadJob::listen_for_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        run_.interrupted = true;
        if (stage_) stage_->stop();
        // The second ends the process at once.
        signals_.async_wait([](const boost::system::error_code& again, int signal) {
            if (!again) ::_exit(128 + signal);
        });
    });
}

asio::awaitable<void> LoadJob::run_stages(const std::vector<StageWork>& stages) {
    const auto show = [this](const Glance& glance) { progress_.show(glance); };
    const auto ask = [this] { return probe_.sample(); };
    if (probe_.asks()) usage_before_ = co_await net::run_blocking(blocking_, ask);
    for (const StageWork& work : stages) {
        if (run_.interrupted) break;
        stage_ = std::make_unique<StageRun>(
            StageRun::Surroundings{io_, blocking_, probe_, targets_, show, started_, terms_.trend_after_s}, work.plan,
            *work.workload, run_);
        co_await stage_->run();
        const bool aborted = stage_->aborted();
        stage_.reset();
        if (aborted) break;
    }
    if (usage_before_ && !run_.interrupted) co_await count_left_over_descriptors();
    signals_.cancel();
}

// Servers take a moment to close what their clients have left.
asio::awaitable<void> LoadJob::count_left_over_descriptors() {
    asio::steady_timer timer(io_);
    const auto ask = [this] { return probe_.sample(); };
    double left = 0;
    for (int tenth = 0; tenth < kLongestWaitForDescriptors; ++tenth) {
        const auto now = co_await net::run_blocking(blocking_, ask);
        if (!now) co_return;
        left = std::max(0.0, now->open_fds - usage_before_->open_fds);
        if (left == 0) break;
        timer.expires_after(std::chrono::milliseconds(100));
        co_await timer.async_wait(kAsTuple);
    }
    if (!run_.stages.empty()) run_.stages.back().scalars["fd.leak"] = left;
}

int LoadJob::run(const std::vector<StageWork>& stages) {
    started_ = SteadyTime::clock::now();
    run_.started_at = to_iso8601(SystemClock().now());
    for (auto& [name, value] : measure::machine_facts()) run_.environment.try_emplace(name, value);
    listen_for_signals();
    asio::co_spawn(io_, run_stages(stages), [](const std::exception_ptr& exception) {
        if (exception) std::rethrow_exception(exception);
    });
    io_.run();
    progress_.end();
    run_.duration_s = std::chrono::duration<double>(SteadyTime::clock::now() - started_).count();
    for (measure::Stage& stage : run_.stages) {
        if (terms_.expected_interval_s > 0) stage.scalars["expected_interval_us"] = 1e6 * terms_.expected_interval_s;
        judge_generator(stage);
    }
    judge();
    return report();
}

void LoadJob::judge_generator(const measure::Stage& stage) {
    const auto value = [&](const char* name) {
        const auto found = stage.scalars.find(name);
        return found == stage.scalars.end() ? 0.0 : found->second;
    };
    if (value("generator.cpu") > terms_.most_cpu_percent) {
        run_.invalid_because.push_back(
            stage.name + ": the generator used " + measure::number_text(value("generator.cpu"), 0) +
            "% of its core, more than " + measure::number_text(terms_.most_cpu_percent, 0) +
            "%: it may have measured itself. Use fewer users, or several generators and \"smew load merge\".");
    }
    const bool little =
        stage.scalars.contains("generator.lag_share") && value("generator.lag_share") <= kLittleLagPercent;
    if (value("generator.lag_p99") > terms_.most_lag_ms && !little) {
        run_.invalid_because.push_back(stage.name + ": the generator started operations late (P99 " +
                                       measure::number_text(value("generator.lag_p99"), 1) + "ms, more than " +
                                       measure::number_text(terms_.most_lag_ms, 1) +
                                       "ms). Give it a core of its own, or where it shares the server's machine the "
                                       "first turn: chrt --rr 1 smew load …");
    }
}

void LoadJob::judge() {
    for (const measure::Target& target : targets_) {
        measure::Judgement judgement = measure::judge(target, run_.stages, terms_.strict_targets);
        if (target.baseline) judge_baseline(judgement);
        run_.judgements.push_back(std::move(judgement));
    }
    if (run_.verdict() == measure::Verdict::kPass) refuse_empty_stages();
}

// Targets that have nothing to be judged by do not fail; a stage of nothing but those must not pass.
void LoadJob::refuse_empty_stages() {
    for (const measure::Stage& stage : run_.stages) {
        const measure::Metric* main = stage.metric(run_.main_metric);
        if (main != nullptr && main->phase(measure::Phase::kSteady).done() + main->in_flight > 0) continue;
        run_.invalid_because.push_back(stage.name +
                                       ": nothing was measured. Give it more time than one operation takes.");
    }
}

int LoadJob::report() {
    print(measure::text_report(run_));
    struct File {
        const std::string& name;
        std::string (*text)(const measure::Run&);
    };
    for (const File& file :
         {File{terms_.json_file, measure::json_report}, File{terms_.csv_file, measure::csv_report},
          File{terms_.html_file, measure::html_report}, File{terms_.junit_file, measure::junit_report}}) {
        if (file.name.empty()) continue;
        if (const auto written = measure::write_file(file.name, file.text(run_)); !written) {
            std::fprintf(stderr, "smew load: %s\n", written.error().message.c_str());
            return measure::exit_code(measure::Verdict::kError);
        }
    }
    if (terms_.annotations) print(measure::annotations(run_));
    return measure::exit_code(run_.verdict());
}

}  // namespace smew::load
