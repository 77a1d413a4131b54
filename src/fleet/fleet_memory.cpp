// The governor: the sum of what workers may use stays below memory_total_limit, and when the machine runs short all the
// same, the greediest statement goes before the kernel chooses. All of it under the fleet's mutex.

#include "fleet/fleet_impl.hpp"
#include "fleet/memory_shares.hpp"
#include "telemetry/log.hpp"

#include <algorithm>

namespace smew::fleet {
namespace {

using std::chrono::milliseconds;

// A worker that was told to take less says within this time that it did, unless its statements hold on to it.
constexpr milliseconds kPatience{3'000};
constexpr milliseconds kTellAgain{1'000};
// Smaller changes are not worth a message.
constexpr std::uint64_t kStep = 16'000'000;
// The machine is short when less than a twentieth is left; a worker that does not give way is ended after the second.
constexpr std::uint64_t kReserve = 20;
constexpr milliseconds kGiveWay{1'000};

bool is_hungry(const WorkerRecord& worker) {
    return worker.running > 0 && worker.memory_bytes > worker.memory_in_force / 10 * 6;
}

MemoryClaim claim_of(const WorkerRecord& worker) {
    return {.wanted = worker.limits.memory.count,
            .used = worker.memory_bytes,
            .hungry = is_hungry(worker),
            .fixed = worker.kind == link::WorkerKind::kLoader};
}

// Until it has confirmed a lower limit, the higher one counts.
std::uint64_t held_by(const WorkerRecord& worker) {
    return std::max(worker.memory_granted, worker.memory_in_force);
}

Error memory_used_up() {
    return {sqlstate::kOutOfMemory, "the server's memory is used up by other workspaces", "",
            "Try again later, or ask the admin to raise memory_total_limit or to lower the workspaces' memory_limit."};
}

}  // namespace

std::vector<WorkerPointer> FleetImpl::all_workers() const {
    std::vector<WorkerPointer> all;
    for (const auto& [id, worker] : workspaces_) all.push_back(worker);
    for (const auto& [number, worker] : loaders_) all.push_back(worker);
    return all;
}

std::uint64_t FleetImpl::free_memory() const {
    std::uint64_t held = 0;
    for (const WorkerPointer& worker : all_workers()) held += held_by(*worker);
    return memory_total_ - std::min(memory_total_, held);
}

void FleetImpl::grant(const WorkerPointer& worker, std::uint64_t memory) {
    worker->memory_granted = memory;
    worker->told_at = clock_.steady_now();
    link::SetLimits order{worker->limits};
    order.limits.memory = Bytes{memory};
    // Under the fleet's mutex: a worker that does not read may not hold up all others.
    if (!worker->channel.send_now(order)) kill_process(worker->process);
}

// Takes from those who have more than their share and gives what is free. `newcomer`: what a worker that is about to
// start wants; its share is returned.
std::uint64_t FleetImpl::rebalance_memory(std::uint64_t newcomer) {
    const SteadyTime now = clock_.steady_now();
    std::vector<WorkerPointer> workers = all_workers();
    std::erase_if(workers, [](const WorkerPointer& worker) { return worker->state == WorkerState::kGone; });
    std::vector<MemoryClaim> claims;
    for (const WorkerPointer& worker : workers) claims.push_back(claim_of(*worker));
    if (newcomer > 0) claims.push_back({.wanted = newcomer});
    const std::vector<std::uint64_t> shares = divide_memory(memory_total_, claims);
    for (std::size_t i = 0; i < workers.size(); ++i) {
        WorkerRecord& worker = *workers[i];
        if (worker.state != WorkerState::kReady || worker.kind == link::WorkerKind::kLoader) continue;
        const bool lower = shares[i] + kStep < worker.memory_granted;
        const bool again = worker.memory_in_force > worker.memory_granted && now - worker.told_at > kTellAgain;
        if (lower || again) grant(workers[i], std::min(shares[i], worker.memory_granted));
    }
    if (newcomer > 0) return shares.back();
    std::uint64_t free = free_memory();
    for (std::size_t i = 0; i < workers.size(); ++i) {
        WorkerRecord& worker = *workers[i];
        if (worker.state != WorkerState::kReady || worker.kind == link::WorkerKind::kLoader) continue;
        const std::uint64_t more = std::min(shares[i] - std::min(shares[i], worker.memory_granted), free);
        if (more == 0 || (more < kStep && worker.memory_granted + more < shares[i])) continue;
        free -= more;
        grant(workers[i], worker.memory_granted + more);
    }
    return 0;
}

// What a worker that is about to start may have. Ends idle workers and waits for others to give back what is too much.
Result<std::uint64_t> FleetImpl::memory_for_start(Lock& lock, std::uint64_t wanted) {
    wanted = std::min(wanted, memory_total_);
    const std::uint64_t least = std::min(wanted, kLeastMemory);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        if (stopping_) return Error{sqlstate::kCannotConnectNow, "the server is shutting down"};
        if (free_memory() >= wanted) return wanted;
        if (const WorkerPointer idle = longest_idle()) {
            begin_end(idle, CancelReason::kShutdown, milliseconds(2000));
            await_gone(lock, idle);
            continue;
        }
        const std::uint64_t share = rebalance_memory(wanted), free = free_memory();
        if (free >= share) return share;
        const bool late = changed_.wait_until(lock, deadline) == std::cv_status::timeout;
        if (!late) continue;
        if (free_memory() >= least) return std::min(free_memory(), share);
        metrics_.worker_start_refused();
        log::warning("memory_used_up", {{"memory_total_limit", memory_total_}, {"wanted", wanted}});
        return memory_used_up();
    }
}

// ---------------------------------------------------------------- the last resort

void FleetImpl::guard_memory() {
    const MachineMemory memory = read_memory_();
    if (memory.total == 0 || memory.available > memory.total / kReserve) {
        greediest_.reset();
        return;
    }
    const SteadyTime now = clock_.steady_now();
    if (greediest_ && greediest_->state != WorkerState::kGone) {
        if (now - greedy_since_ < kGiveWay) return;
        log::error("worker_killed_for_memory", {{"workspace_id", greediest_->workspace.value()}});
        greediest_->last_words = "the machine's memory was used up";
        kill_process(greediest_->process);
        greediest_.reset();
        return;
    }
    std::uint64_t most = kLeastMemory;  // who has less cannot help
    for (const WorkerPointer& worker : all_workers()) {
        const std::uint64_t used = private_memory(worker->process);
        if (used <= most) continue;
        most = used;
        greediest_ = worker;
    }
    if (!greediest_) return;
    greedy_since_ = now;
    metrics_.memory_pressure();
    log::warning("memory_short", {{"available", memory.available},
                                  {"total", memory.total},
                                  {"workspace_id", greediest_->workspace.value()},
                                  {"memory", most}});
    for (const auto& [id, session] : greediest_->sessions) {
        (void)greediest_->channel.send_now(link::CancelStatement{id, CancelReason::kMemoryLimit});
    }
}

}  // namespace smew::fleet
