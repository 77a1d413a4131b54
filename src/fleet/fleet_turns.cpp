// How many statements each worker may run, so that together they are no more than max_running_queries and, of one
// project, max_running_queries_per_project. A worker has turns in advance and asks for more only when statements wait,
// so that most know nothing of it. All of it under the fleet's mutex.

#include "fleet/fleet_impl.hpp"
#include "fleet/turn_shares.hpp"

#include <algorithm>

namespace smew::fleet {
namespace {

constexpr std::uint32_t kNoLimit = UINT32_MAX;

std::uint32_t limit_or_none(int setting) {
    return setting == 0 ? kNoLimit : static_cast<std::uint32_t>(setting);
}

// Until it has confirmed a lower number, the higher one counts.
std::uint32_t held_by(const WorkerRecord& worker) {
    return std::max(worker.turns_granted, worker.turns_in_force);
}

// Who has waited longest with nothing comes first, who has had its turn longest last.
bool goes_before(const WorkerPointer& one, const WorkerPointer& other) {
    const bool one_starves = one->waiting_queries > 0 && one->turns_in_force == 0;
    const bool other_starves = other->waiting_queries > 0 && other->turns_in_force == 0;
    if (one_starves != other_starves) return one_starves;
    return one_starves ? one->waiting_since < other->waiting_since : one->turns_since > other->turns_since;
}

}  // namespace

std::vector<WorkerPointer> FleetImpl::workspace_workers() const {
    std::vector<WorkerPointer> workers;
    for (const auto& [id, worker] : workspaces_) {
        if (worker->state != WorkerState::kGone) workers.push_back(worker);
    }
    return workers;
}

bool FleetImpl::turns_limited() const {
    return live_.max_running_queries != 0 || live_.max_running_queries_per_project != 0;
}

// What nobody holds, of the machine's and of the project's.
std::uint32_t FleetImpl::free_turns(const ProjectId& project) const {
    std::uint64_t all = 0, own = 0;
    for (const WorkerPointer& worker : workspace_workers()) {
        all += held_by(*worker);
        if (worker->project == project) own += held_by(*worker);
    }
    const auto left = [](std::uint64_t limit, std::uint64_t held) { return limit - std::min(limit, held); };
    return static_cast<std::uint32_t>(std::min(left(limit_or_none(live_.max_running_queries), all),
                                               left(limit_or_none(live_.max_running_queries_per_project), own)));
}

std::uint32_t FleetImpl::turns_for_start(const ProjectId& project, const link::WorkspaceLimits& limits) const {
    return turns_limited() ? std::min(limits.max_concurrent_queries, free_turns(project)) : kNoLimit;
}

// One share for each of `workers`: within its project first, then of the machine.
std::vector<std::uint32_t> FleetImpl::turn_shares(const std::vector<WorkerPointer>& workers) const {
    std::vector<TurnClaim> claims;
    for (const WorkerPointer& worker : workers) {
        claims.push_back(
            {.wanted = worker->limits.max_concurrent_queries, .needed = worker->running + worker->waiting_queries});
    }
    if (live_.max_running_queries_per_project != 0) {
        std::map<ProjectId, std::vector<std::size_t>> projects;
        for (std::size_t i = 0; i < workers.size(); ++i) projects[workers[i]->project].push_back(i);
        for (const auto& [project, places] : projects) {
            std::vector<TurnClaim> own;
            for (const std::size_t place : places) own.push_back(claims[place]);
            const auto shares = divide_turns(limit_or_none(live_.max_running_queries_per_project), own);
            for (std::size_t i = 0; i < places.size(); ++i) claims[places[i]].wanted = shares[i];
        }
    }
    return divide_turns(limit_or_none(live_.max_running_queries), claims);
}

void FleetImpl::rebalance_turns() {
    std::vector<WorkerPointer> workers = workspace_workers();
    std::erase_if(workers, [](const WorkerPointer& worker) { return worker->state != WorkerState::kReady; });
    if (!turns_limited()) {
        for (const WorkerPointer& worker : workers) {
            if (worker->turns_granted != kNoLimit) grant_turns(worker, kNoLimit);
        }
        return;
    }
    std::ranges::sort(workers, goes_before);
    const std::vector<std::uint32_t> shares = turn_shares(workers);
    for (std::size_t i = 0; i < workers.size(); ++i) {
        if (shares[i] < workers[i]->turns_granted) grant_turns(workers[i], shares[i]);
    }
    for (std::size_t i = 0; i < workers.size(); ++i) {
        const std::uint32_t granted = workers[i]->turns_granted;
        if (shares[i] <= granted) continue;
        const std::uint32_t more = std::min(shares[i] - granted, free_turns(workers[i]->project));
        if (more > 0) grant_turns(workers[i], granted + more);
    }
}

void FleetImpl::grant_turns(const WorkerPointer& worker, std::uint32_t turns) {
    if (worker->turns_granted == 0 || turns < worker->turns_granted) worker->turns_since = clock_.steady_now();
    worker->turns_granted = turns;
    tell_limits(worker);
}

}  // namespace smew::fleet
