// What goes on in a stage beside its users: arrivals, timeouts, the second that ends, the server's usage.

#include "load/arrivals.hpp"
#include "load/stage_user.hpp"
#include "net/run_blocking.hpp"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <limits>
#include <sys/resource.h>

namespace smew::load {

namespace asio = boost::asio;
using measure::Phase;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kWatchStep = std::chrono::milliseconds(10);
constexpr auto kSecond = std::chrono::milliseconds(1000);
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

auto seconds(double value) {
    return std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(value));
}

std::uint64_t lateness_us(SteadyTime due) {
    const auto late = SteadyTime::clock::now() - due;
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::floor<std::chrono::microseconds>(late).count()));
}

}  // namespace

double own_cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

void StageRun::hand_out(Turn turn) {
    if (pending_.size() >= plan_.most_pending) {
        ++dropped_;
        return;
    }
    pending_.push_back(turn);
    if (idle_.empty()) return;
    idle_.back()->timer.cancel();
    idle_.pop_back();
}

asio::awaitable<void> StageRun::pace() {
    const SteadyTime from = SteadyTime::clock::now(), steady = from + seconds(plan_.warm_up_s);
    ArrivalTimes times(plan_, plan_.warm_up_s, run_.seed);
    const SteadyTime end = plan_.operations > 0 ? SteadyTime::max() : steady + seconds(plan_.steady_s);
    while (!stopping_) {
        const SteadyTime due = from + seconds(times.next());
        if (due >= end || (due >= steady && !take_steady_slot())) break;
        if (due > SteadyTime::clock::now()) {
            pacer_.expires_at(due);
            co_await pacer_.async_wait(kAsTuple);
        }
        const std::uint64_t late = lateness_us(due);
        lag_.add(late);
        second_lag_.add(late);
        hand_out({due, due < steady ? Phase::kWarmUp : Phase::kSteady});
    }
    --helpers_;
}

asio::awaitable<void> StageRun::watch() {
    asio::steady_timer timer(around_.io);
    SteadyTime due = SteadyTime::clock::now();
    while (alive_ > 0) {
        due = std::max(due + kWatchStep, SteadyTime::clock::now());
        timer.expires_at(due);
        co_await timer.async_wait(kAsTuple);
        const std::uint64_t late = lateness_us(due);
        lag_.add(late);
        second_lag_.add(late);
        const SteadyTime now = SteadyTime::clock::now();
        for (const auto& user : users_) {
            if ((!user->busy && !user->connecting) || user->deadline > now || user->timed_out) continue;
            user->timed_out = true;
            user->session->abort();
        }
    }
    --helpers_;
}

asio::awaitable<void> StageRun::probe_server() {
    asio::steady_timer timer(around_.io);
    const ServerProbe& probe = around_.probe;
    while (alive_ > 0 && probe.asks()) {
        const auto ask = [&probe] { return probe.sample(); };
        const auto usage = co_await net::run_blocking(around_.blocking, ask);
        if (usage) last_usage_ = usage;
        if (!first_usage_) first_usage_ = usage;
        for (int part = 0; part < 10 && alive_ > 0; ++part) {
            timer.expires_after(kSecond / 10);
            co_await timer.async_wait(kAsTuple);
        }
    }
    --helpers_;
}

asio::awaitable<void> StageRun::tick() {
    asio::steady_timer timer(around_.io);
    SteadyTime due = SteadyTime::clock::now();
    cpu_at_second_ = own_cpu_seconds();
    while (alive_ > 0) {
        due += kSecond;
        while (alive_ > 0 && SteadyTime::clock::now() < due) {
            timer.expires_at(std::min(due, SteadyTime::clock::now() + kSecond / 20));
            co_await timer.async_wait(kAsTuple);
        }
        if (alive_ > 0 || !stage_.series.rows.empty()) end_second();
    }
    --helpers_;
}

void StageRun::begin_series() {
    auto& columns = stage_.series.columns;
    columns = {"t_s",    "users",  "in_flight", "rate_per_s", "failed_per_s",
               "p50_us", "p95_us", "p99_us",    "max_us",     "connects_per_s"};
    for (const std::string& name : workload_.classes()) columns.push_back("p95_us." + name);
    for (const char* name : {"generator_cpu_percent", "generator_lag_p99_us", "server_rss_bytes", "server_cpu_percent",
                             "server_fds", "server_threads"}) {
        columns.emplace_back(name);
    }
}

void StageRun::end_second() {
    const SteadyTime now = SteadyTime::clock::now();
    const double at_s = seconds_since_start(now);
    const bool steady = state_ == State::kSteady;
    const auto p = [](const measure::Tally& tally, double percentile) {
        return tally.response.empty() ? kNothing : static_cast<double>(tally.response.at_percentile(percentile));
    };
    const measure::Tally& main = main_->end_second(at_s, window_seconds_, steady);
    const measure::Tally& connects = connect_->end_second(at_s, window_seconds_, steady);
    std::vector<double> row{at_s,
                            static_cast<double>(connected_),
                            static_cast<double>(in_flight_),
                            static_cast<double>(main.ok),
                            static_cast<double>(main.failed + main.timed_out),
                            p(main, 50),
                            p(main, 95),
                            p(main, 99),
                            p(main, 100),
                            static_cast<double>(connects.ok)};
    for (measure::Metric* part : classes_)
        row.push_back(p(part == nullptr ? main : part->end_second(at_s, window_seconds_, steady), 95));
    const double cpu = own_cpu_seconds();
    row.push_back(100 * (cpu - cpu_at_second_));
    cpu_at_second_ = cpu;
    row.push_back(second_lag_.empty() ? kNothing : static_cast<double>(second_lag_.at_percentile(99)));
    second_lag_.clear();
    add_server_columns(row);
    stage_.series.rows.push_back(std::move(row));
    for (measure::Metric& metric : stage_.metrics) {
        const bool done = &metric == main_ || &metric == connect_ || std::ranges::count(classes_, &metric) > 0;
        if (!done) metric.end_second(at_s, window_seconds_, steady);
    }
    show(main);
    if (steady) abort_on_targets(std::chrono::duration<double>(now - steady_from_).count());
}

void StageRun::add_server_columns(std::vector<double>& row) {
    if (!last_usage_) {
        row.insert(row.end(), 4, kNothing);
        return;
    }
    double cpu = kNothing;
    if (row_usage_ && last_usage_->at_s > row_usage_->at_s) {
        cpu = 100 * (last_usage_->cpu_seconds - row_usage_->cpu_seconds) / (last_usage_->at_s - row_usage_->at_s);
    }
    row_usage_ = last_usage_;
    row.insert(row.end(), {last_usage_->resident_bytes, cpu, last_usage_->open_fds, last_usage_->threads});
}

void StageRun::show(const measure::Tally& second) {
    const measure::Tally all = main_->all();
    Glance glance{plan_.name, state_ == State::kDrain ? "drain" : std::string(measure::to_text(phase()))};
    glance.elapsed_s = seconds_since_start(SteadyTime::clock::now());
    glance.users = connected_;
    glance.in_flight = in_flight_;
    glance.rate_per_s = static_cast<double>(second.ok);
    glance.p95_us = second.response.at_percentile(95);
    glance.failed = all.failed + all.timed_out + connect_->all().failed;
    around_.show(glance);
}

void StageRun::abort_on_targets(double steady_s) {
    stage_.steady_from_s = seconds_since_start(steady_from_);
    stage_.steady_to_s = seconds_since_start(SteadyTime::clock::now());
    for (const measure::Target& target : around_.targets) {
        if (!target.abort_after_s || steady_s < *target.abort_after_s) continue;
        const measure::Judgement now = measure::judge_stage(target, stage_, false);
        if (now.status != measure::Status::kFailed) continue;
        run_.notes.push_back("ended after " + std::to_string(static_cast<int>(steady_s)) + " s of steady by target \"" +
                             target.text + "\"");
        aborted_ = true;
        stop();
        return;
    }
}

}  // namespace smew::load
