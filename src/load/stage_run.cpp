#include "load/stage_run.hpp"

#include "load/stage_user.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace smew::load {

namespace asio = boost::asio;
using measure::Phase;

namespace {

constexpr auto kPoll = std::chrono::milliseconds(5);
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

auto seconds(double value) {
    return std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(value));
}

std::size_t longest_window(const std::vector<measure::Target>& targets) {
    const bool windows = std::ranges::any_of(targets, [](const auto& target) { return target.window_seconds > 0; });
    return windows ? 3600 : 0;
}

}  // namespace

StageRun::StageRun(Surroundings around, StagePlan plan, Workload& workload, measure::Run& run)
    : around_(std::move(around)),
      plan_(std::move(plan)),
      workload_(workload),
      run_(run),
      stage_(run.stages.emplace_back()),
      controller_(around_.io),
      pacer_(around_.io),
      random_(run.seed + run.stages.size()),
      window_seconds_(longest_window(around_.targets)) {
    stage_.name = plan_.name;
    stage_.users = plan_.users;
    const auto add = [this](std::string name) { return &stage_.metrics.emplace_back(std::move(name), plan_.open()); };
    main_ = add(workload_.main_metric());
    for (const std::string& name : workload_.classes()) {
        classes_.push_back(workload_.classes().size() == 1 ? nullptr : add(main_->name() + "{class:" + name + "}"));
    }
    connect_ = add(workload_.connect_metric());
    for (const std::string& name : workload_.further_metrics()) add(name);
}

StageRun::~StageRun() = default;

Phase StageRun::phase() const {
    return state_ == State::kRamp ? Phase::kRamp : state_ == State::kWarmUp ? Phase::kWarmUp : Phase::kSteady;
}

double StageRun::seconds_since_start(SteadyTime time) const {
    return std::chrono::duration<double>(time - around_.run_started).count();
}

asio::awaitable<void> StageRun::wait_until(SteadyTime time) {
    if (stopping_) co_return;
    controller_.expires_at(time);
    co_await controller_.async_wait(kAsTuple);
}

asio::awaitable<void> StageRun::run() {
    begun_ = SteadyTime::clock::now();
    begin_series();
    workload_.begin_stage(stage_);
    // Everything spawned here is awaited in drain(): the io_context is run until the last has ended.
    for (std::size_t i = 0; i < plan_.users; ++i) {
        users_.push_back(std::make_unique<User>(around_.io, workload_.make_session(around_.io.get_executor(), i), i));
        ++alive_;
        asio::co_spawn(around_.io, live(*users_.back()), asio::detached);
    }
    helpers_ = 3;
    asio::co_spawn(around_.io, watch(), asio::detached);
    asio::co_spawn(around_.io, tick(), asio::detached);
    asio::co_spawn(around_.io, probe_server(), asio::detached);
    co_await await_users();
    if (plan_.open()) {
        ++helpers_;
        asio::co_spawn(around_.io, pace(), asio::detached);
    }
    state_ = State::kWarmUp;
    steady_from_ = SteadyTime::clock::now() + seconds(plan_.warm_up_s);
    if (plan_.warm_up_s > 0) co_await wait_until(steady_from_);
    begin_steady();
    co_await await_end_of_steady();
    co_await drain();
    users_.clear();
    workload_.end_stage();
    finish();
}

// All users have had their first attempt to connect, and the ramp's time is over.
asio::awaitable<void> StageRun::await_users() {
    while (!stopping_ && settled_ < users_.size()) co_await wait_until(SteadyTime::clock::now() + kPoll);
    co_await wait_until(begun_ + seconds(plan_.ramp_s));
    const double took = std::chrono::duration<double>(last_connect_ - first_connect_).count();
    if (took > 0) stage_.scalars["connect.rate"] = static_cast<double>(connect_->all().ok) / took;
}

void StageRun::begin_steady() {
    state_ = State::kSteady;
    steady_from_ = steady_to_ = SteadyTime::clock::now();
    cpu_at_steady_ = own_cpu_seconds();
    lag_.clear();
    if (!plan_.open() && plan_.warm_up_s == 0) wake_all();
}

asio::awaitable<void> StageRun::await_end_of_steady() {
    if (plan_.operations == 0) {
        co_await wait_until(steady_from_ + seconds(plan_.steady_s));
    } else {
        const auto done = [this] { return main_->phase(Phase::kSteady).done() >= plan_.operations; };
        while (!stopping_ && !done()) co_await wait_until(SteadyTime::clock::now() + kPoll);
    }
    steady_to_ = SteadyTime::clock::now();
    cpu_at_end_ = own_cpu_seconds();
}

asio::awaitable<void> StageRun::drain() {
    state_ = State::kDrain;
    const bool interrupted = stopping_;
    wake_all();
    const SteadyTime limit =
        SteadyTime::clock::now() + seconds(interrupted ? std::min(plan_.drain_s, 1.0) : plan_.drain_s);
    while (in_flight_ > 0 && SteadyTime::clock::now() < limit) {
        controller_.expires_after(kPoll);
        co_await controller_.async_wait(kAsTuple);
    }
    // What is still under way is neither success nor failure, and is said.
    closed_ = true;
    for (const auto& user : users_) {
        if (user->busy && user->phase == Phase::kSteady) ++main_->in_flight;
        if (user->busy) user->session->abort();
    }
    stopping_ = true;
    wake_all();
    while (alive_ > 0 || helpers_ > 0) {
        controller_.expires_after(kPoll);
        co_await controller_.async_wait(kAsTuple);
    }
}

void StageRun::wake_all() {
    for (const auto& user : users_) user->timer.cancel();
    pacer_.cancel();
}

void StageRun::stop() {
    stopping_ = true;
    controller_.cancel();
    wake_all();
}

}  // namespace smew::load
