// Lends turns to workers, so that together they run no more statements than max_running_queries and, of one project,
// max_running_queries_per_project. All of it under the fleet's mutex.

#include "fleet/fleet_impl.hpp"

#include <algorithm>

namespace smew::fleet {
namespace {

std::uint32_t limit_or_none(int setting) {
    return setting == 0 ? kNoTurnLimit : static_cast<std::uint32_t>(setting);
}

}  // namespace

TurnLimits FleetImpl::turn_limits() const {
    return {.all = limit_or_none(live_.max_running_queries),
            .of_project = limit_or_none(live_.max_running_queries_per_project)};
}

std::vector<WorkerPointer> FleetImpl::workspace_workers() const {
    std::vector<WorkerPointer> workers;
    for (const auto& [id, worker] : workspaces_) workers.push_back(worker);
    return workers;
}

std::vector<TurnHolder> FleetImpl::turn_holders(const std::vector<WorkerPointer>& workers) {
    std::vector<TurnHolder> holders;
    for (const WorkerPointer& worker : workers) {
        holders.push_back({.project = worker->project,
                           .lease = worker->turns,
                           .wanted = worker->limits.max_concurrent_queries,
                           .listens = worker->state == WorkerState::kReady});
    }
    return holders;
}

// What is free now: whoever has too much is told so when this one has asked for more.
void FleetImpl::lend_first_turns(WorkerRecord& worker, link::Start& start) {
    const TurnLimits limits = turn_limits();
    if (!limits.any()) return;
    const std::vector<WorkerPointer> workers = workspace_workers();
    const std::uint32_t free = free_turns(limits, turn_holders(workers), worker.project);
    start.turns.turns = std::min(start.limits.max_concurrent_queries, free);
    worker.turns = TurnLease(start.turns.turns, clock_.steady_now());
    turns_lent_ = true;
}

void FleetImpl::lend_turns() {
    const TurnLimits limits = turn_limits();
    if (!limits.any() && !turns_lent_) return;
    const std::vector<WorkerPointer> workers = workspace_workers();
    for (const std::size_t i : fleet::lend_turns(limits, turn_holders(workers), clock_.steady_now())) {
        WorkerRecord& worker = *workers[i];
        if (!worker.channel.send_now(worker.turns.lent())) kill_process(worker.process);
    }
    turns_lent_ = limits.any() || std::ranges::any_of(workers, [](const WorkerPointer& worker) {
                      return worker->turns.lent().turns != kNoTurnLimit;
                  });
}

void FleetImpl::on_turns_used(const WorkerPointer& worker, const link::TurnsUsed& used) {
    const std::lock_guard lock(mutex_);
    worker->turns.hear(used, clock_.steady_now());
    lend_turns();
}

}  // namespace smew::fleet
