// What users do in a stage.

#include "load/stage_user.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <random>

namespace smew::load {

namespace asio = boost::asio;
using measure::Outcome;
using measure::Phase;

namespace {

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

auto seconds(double value) {
    return std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(value));
}

std::uint64_t microseconds(SteadyTime::duration duration) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::round<std::chrono::microseconds>(duration).count()));
}

Reply too_late(const char* what) {
    Reply reply;
    reply.outcome = Outcome::kTimedOut;
    reply.error_kind = "timeout";
    reply.error_code = what;
    reply.error_text = "not done in time";
    return reply;
}

}  // namespace

asio::awaitable<void> StageRun::pause(User& user, double length) {
    if (stopping_ || state_ == State::kDrain || length <= 0) co_return;
    user.timer.expires_after(seconds(length));
    co_await user.timer.async_wait(kAsTuple);
}

asio::awaitable<void> StageRun::live(User& user) {
    const auto place = static_cast<double>(user.number);
    const double by_rate = plan_.connect_per_s > 0 ? place / plan_.connect_per_s : 0;
    co_await pause(user, std::max(by_rate, plan_.ramp_s * place / static_cast<double>(plan_.users)));
    if (user.session->connected()) settle(user);  // it has nothing to connect itself
    while (!stopping_ && state_ != State::kDrain) {
        count(user);
        if (!user.session->connected() && !co_await connect(user)) {
            co_await pause(user, plan_.retry_s);
            continue;
        }
        const auto turn = co_await next_turn(user);
        if (turn) co_await perform(user, *turn);
    }
    if (user.session->connected()) co_await user.session->close();
    if (user.counted) --connected_;
    settle(user);
    --alive_;
}

void StageRun::settle(User& user) {
    if (!user.settled) ++settled_;
    user.settled = true;
}

// Keeps the number of connected users, and its peak.
void StageRun::count(User& user) {
    const bool connected = user.session->connected();
    if (connected != user.counted) connected_ += connected ? 1 : -1;
    user.counted = connected;
    double& peak = stage_.scalars["users.peak"];
    peak = std::max(peak, static_cast<double>(connected_));
}

asio::awaitable<bool> StageRun::connect(User& user) {
    const SteadyTime started = SteadyTime::clock::now();
    if (first_connect_ == SteadyTime()) first_connect_ = started;
    user.deadline = started + seconds(plan_.timeout_s);
    user.connecting = true;
    user.timed_out = false;
    Reply reply = co_await user.session->connect();
    user.connecting = false;
    const bool ok = reply.outcome == Outcome::kOk;
    count(user);
    last_connect_ = SteadyTime::clock::now();
    settle(user);
    if (closed_ || (stopping_ && !ok)) co_return ok;
    if (user.timed_out) reply = too_late("connect");
    // Connections count where they are made: there is no warm-up for them.
    connect_->add({Phase::kSteady, reply.outcome, microseconds(last_connect_ - started), 0, 0, 0});
    if (!ok) note_error(reply);
    co_return ok;
}

bool StageRun::take_steady_slot() {
    return plan_.operations == 0 || steady_operations_++ < plan_.operations;
}

asio::awaitable<std::optional<StageRun::Turn>> StageRun::next_turn(User& user) {
    if (plan_.open()) co_return co_await next_arrival(user);
    // Without a warm-up nothing is done that is not measured: a statement of minutes would be all there is.
    if (plan_.warm_up_s == 0 && state_ == State::kRamp) co_await pause(user, 24 * 3600);
    if (plan_.think_max_s > 0) {
        std::uniform_real_distribution<double> think(plan_.think_min_s, plan_.think_max_s);
        co_await pause(user, think(random_));
    }
    if (stopping_ || state_ == State::kDrain) co_return std::nullopt;
    if (state_ == State::kSteady && !take_steady_slot()) {
        co_await pause(user, 3600);  // until the others are done as well
        co_return std::nullopt;
    }
    co_return Turn{SteadyTime::clock::now(), phase()};
}

asio::awaitable<std::optional<StageRun::Turn>> StageRun::next_arrival(User& user) {
    if (pending_.empty() && !stopping_ && state_ != State::kDrain) {
        idle_.push_back(&user);
        user.timer.expires_after(std::chrono::hours(24));
        co_await user.timer.async_wait(kAsTuple);
        std::erase(idle_, &user);
    }
    // Arrivals that fell due before the end are served in the drain.
    if (pending_.empty() || closed_) co_return std::nullopt;
    const Turn turn = pending_.front();
    pending_.pop_front();
    co_return turn;
}

asio::awaitable<void> StageRun::perform(User& user, Turn turn) {
    const Operation operation = draw();
    const SteadyTime started = SteadyTime::clock::now();
    user.deadline = started + seconds(plan_.timeout_s);
    user.busy = true;
    user.timed_out = false;
    user.phase = turn.phase;
    ++in_flight_;
    Reply reply = co_await user.session->perform(operation);
    --in_flight_;
    user.busy = false;
    if (!user.session->connected() && !closed_) ++lost_;
    if (closed_) co_return;
    if (user.timed_out) reply = too_late("operation");
    record(operation, turn, started, reply);
}

void StageRun::record(const Operation& operation, Turn turn, SteadyTime started, const Reply& reply) {
    const SteadyTime now = SteadyTime::clock::now();
    const measure::Sample sample{
        turn.phase, reply.outcome, microseconds(now - turn.intended), microseconds(now - started),
        reply.rows, reply.bytes};
    main_->add(sample);
    if (measure::Metric* part = classes_[operation.kind]) part->add(sample);
    if (reply.outcome != Outcome::kOk) note_error(reply);
    if (reply.outcome == Outcome::kOk && turn.phase == Phase::kSteady) note_fifth(turn.intended, sample.response_us);
    wrong_ += reply.wrong;
    run_.incorrect += reply.wrong;
}

void StageRun::note_error(const Reply& reply) {
    run_.errors.add(reply.error_kind, reply.error_code, reply.error_text,
                    seconds_since_start(SteadyTime::clock::now()));
    // Refused for want of room is what an overloaded server should say; anything else is not graceful.
    if (!reply.error_code.starts_with("53")) ++stage_.scalars["overload.unclean"];
}

// By time, or by number where the number is what was asked for.
void StageRun::note_fifth(SteadyTime intended, std::uint64_t response_us) {
    const double part =
        plan_.operations > 0
            ? static_cast<double>(main_->phase(Phase::kSteady).done()) / static_cast<double>(plan_.operations)
            : std::chrono::duration<double>(intended - steady_from_).count() / plan_.steady_s;
    fifths_[static_cast<std::size_t>(std::clamp(part * 5, 0.0, 4.0))].add(response_us);
}

}  // namespace smew::load
