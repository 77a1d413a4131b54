#pragma once
// A user of a stage, and what the files of StageRun share. For StageRun only.

#include "load/stage_run.hpp"

namespace smew::load {

struct StageRun::User {
    User(boost::asio::io_context& io, std::unique_ptr<Session> with, std::size_t index)
        : session(std::move(with)), timer(io), number(index) {}

    std::unique_ptr<Session> session;
    boost::asio::steady_timer timer;  // thinking, waiting for an arrival, pausing before it connects again
    std::size_t number;
    SteadyTime deadline;  // of what it does now
    measure::Phase phase = measure::Phase::kRamp;
    bool connecting = false, busy = false, timed_out = false, settled = false, counted = false;
};

// CPU time of this process, user and system.
double own_cpu_seconds();

}  // namespace smew::load
