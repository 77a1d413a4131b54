#pragma once
// Runs one stage: makes the users, lets them work through ramp, warm-up and steady, waits for the last replies, and
// records all of it. Lives on one thread, that of its io_context.

#include "core/clock.hpp"
#include "load/plan.hpp"
#include "load/server_probe.hpp"
#include "load/workload.hpp"
#include "measure/judge.hpp"
#include "measure/run.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace smew::load {

// What is shown while a stage runs.
struct Glance {
    std::string stage, phase;
    double elapsed_s = 0;
    std::size_t users = 0, in_flight = 0;
    double rate_per_s = 0;
    std::uint64_t p95_us = 0, failed = 0;  // of the last second; of all
};

class StageRun {
public:
    struct Surroundings {
        boost::asio::io_context& io;
        boost::asio::thread_pool& blocking;  // for the probe
        const ServerProbe& probe;
        const std::vector<measure::Target>& targets;
        std::function<void(const Glance&)> show;
        SteadyTime run_started;
        double trend_after_s = 600;  // a leak is judged by steady phases at least so long
    };
    // Appends its stage to `run`. All references outlive it.
    StageRun(Surroundings around, StagePlan plan, Workload& workload, measure::Run& run);
    ~StageRun();

    boost::asio::awaitable<void> run();
    // Ends the stage early; what was recorded so far counts.
    void stop();
    // Ended by a target that says abort.
    bool aborted() const { return aborted_; }
    // The server's usage before the first connection, if anybody looks at it.
    const std::optional<ServerUsage>& first_usage() const { return first_usage_; }

private:
    struct User;
    // When an operation is to start, and in which phase that is.
    struct Turn {
        SteadyTime intended;
        measure::Phase phase;
    };
    enum class State { kRamp, kWarmUp, kSteady, kDrain };

    boost::asio::awaitable<void> wait_until(SteadyTime time);
    boost::asio::awaitable<void> await_users();
    boost::asio::awaitable<void> await_end_of_steady();
    boost::asio::awaitable<void> drain();

    boost::asio::awaitable<void> live(User& user);
    boost::asio::awaitable<bool> connect(User& user);
    boost::asio::awaitable<std::optional<Turn>> next_turn(User& user);
    boost::asio::awaitable<std::optional<Turn>> next_arrival(User& user);
    boost::asio::awaitable<void> perform(User& user, Turn turn);
    boost::asio::awaitable<void> pause(User& user, double seconds);

    boost::asio::awaitable<void> pace();          // open model: hands out arrivals
    boost::asio::awaitable<void> watch();         // timeouts of operations, lag of this thread
    boost::asio::awaitable<void> tick();          // once a second
    boost::asio::awaitable<void> probe_server();  // and the server's usage

    void begin_steady();
    void hand_out(Turn turn);
    Operation draw();
    bool take_steady_slot();
    void record(const Operation& operation, Turn turn, SteadyTime started, const Reply& reply);
    void note_error(const Reply& reply);
    void count(User& user);
    void settle(User& user);
    void note_fifth(SteadyTime intended, std::uint64_t response_us);
    void end_second();
    void add_server_columns(std::vector<double>& row);
    void show(const measure::Tally& second);
    void abort_on_targets(double steady_s);
    void wake_all();
    void begin_series();
    void finish();
    void finish_degradation();
    void finish_generator();
    void finish_server();
    double seconds_since_start(SteadyTime time) const;
    measure::Phase phase() const;

    Surroundings around_;
    StagePlan plan_;
    Workload& workload_;
    measure::Run& run_;
    measure::Stage& stage_;
    measure::Metric *main_ = nullptr, *connect_ = nullptr;
    std::vector<measure::Metric*> classes_;

    std::vector<std::unique_ptr<User>> users_;
    std::vector<User*> idle_;   // wait for an arrival
    std::deque<Turn> pending_;  // arrivals that wait for a user
    boost::asio::steady_timer controller_, pacer_;
    State state_ = State::kRamp;
    bool stopping_ = false, closed_ = false, aborted_ = false;
    SteadyTime begun_, steady_from_, steady_to_, first_connect_, last_connect_;
    std::size_t settled_ = 0, alive_ = 0, connected_ = 0, in_flight_ = 0, helpers_ = 0;
    std::uint64_t steady_operations_ = 0, dropped_ = 0, lost_ = 0, wrong_ = 0;
    measure::Histogram lag_, second_lag_;
    std::array<measure::Histogram, 5> fifths_;
    std::optional<ServerUsage> first_usage_, last_usage_, row_usage_;
    double cpu_at_steady_ = 0, cpu_at_end_ = 0, cpu_at_second_ = 0;
    std::mt19937_64 random_;  // of think times
    std::size_t window_seconds_ = 0;
};

}  // namespace smew::load
