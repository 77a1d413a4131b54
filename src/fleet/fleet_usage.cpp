// What workspaces use: as their workers last said it, and counted since the server started.

#include "fleet/fleet_impl.hpp"
#include "telemetry/events.hpp"

#include <algorithm>

namespace smew::fleet {

QueryTotals& QueryTotals::operator+=(const QueryTotals& other) {
    success += other.success;
    error += other.error;
    timeout += other.timeout;
    cancelled += other.cancelled;
    rows += other.rows;
    bytes += other.bytes;
    duration_us += other.duration_us;
    return *this;
}

void FleetImpl::on_stats(const WorkerPointer& worker, const link::Stats& stats) {
    metrics_.query(telemetry::QueryStatus::kSuccess, stats.queries_success);
    metrics_.query(telemetry::QueryStatus::kError, stats.queries_error);
    metrics_.query(telemetry::QueryStatus::kTimeout, stats.queries_timeout);
    metrics_.query(telemetry::QueryStatus::kCancelled, stats.queries_cancelled);
    metrics_.query_durations(stats.duration_buckets, stats.duration_total_us);
    metrics_.bytes_sent(stats.bytes_sent);
    metrics_.rows_sent(stats.rows_sent);
    telemetry::Events::WorkspaceActivity activity{.project = worker->project, .workspace = worker->workspace};
    activity.statements = stats.queries_success + stats.queries_error + stats.queries_timeout + stats.queries_cancelled;
    activity.failed = stats.queries_error + stats.queries_timeout;
    activity.cancelled = stats.queries_cancelled;
    activity.bytes_sent = stats.bytes_sent;
    std::copy_n(stats.duration_buckets.begin(), std::min(stats.duration_buckets.size(), activity.durations.size()),
                activity.durations.begin());
    activity.disk_bytes = stats.disk_bytes;
    const bool workspace = worker->kind == link::WorkerKind::kWorkspace;
    {
        const std::lock_guard lock(mutex_);
        worker->memory_bytes = stats.memory_bytes;
        worker->disk_bytes = stats.disk_bytes;
        worker->temp_bytes = stats.temp_bytes;
        worker->running = stats.running;
        if (workspace) {
            worker->memory_in_force = stats.memory_limit.count;
            worker->waiting_large = stats.waiting_large;
            count(worker->workspace, stats);
        }
        activity.size_limit = worker->limits.size.count;
    }
    changed_.notify_all();  // somebody may wait for memory
    if (workspace) events_.workspace_active(activity);
}

void FleetImpl::count(const WorkspaceId& workspace, const link::Stats& stats) {
    totals_[workspace] += {.success = stats.queries_success,
                           .error = stats.queries_error,
                           .timeout = stats.queries_timeout,
                           .cancelled = stats.queries_cancelled,
                           .rows = stats.rows_sent,
                           .bytes = stats.bytes_sent,
                           .duration_us = stats.duration_total_us};
}

WorkspaceUsage FleetImpl::usage(const WorkspaceId& workspace) const {
    const std::lock_guard lock(mutex_);
    WorkspaceUsage usage{.since = started_};
    if (const auto counted = totals_.find(workspace); counted != totals_.end()) usage.queries = counted->second;
    const auto found = workspaces_.find(workspace);
    if (found == workspaces_.end()) return usage;
    const WorkerRecord& worker = *found->second;
    usage.open = true;
    usage.memory_bytes = worker.memory_bytes;
    usage.memory_granted_bytes = worker.memory_granted;
    usage.disk_bytes = worker.disk_bytes;
    usage.temp_bytes = worker.temp_bytes;
    usage.running = worker.running;
    usage.waiting = worker.turns.waiting() + worker.waiting_large;
    for (const auto& [id, session] : worker.sessions) usage.sessions += session.internal ? 0 : 1;
    return usage;
}

FleetImpl::Totals FleetImpl::totals() const {
    const std::lock_guard lock(mutex_);
    Totals totals{.since = started_};
    totals.workers = workspaces_.size();
    totals.loaders = loaders_.size();
    totals.memory_limit_bytes = memory_total_;
    totals.failed_starts = failed_starts_;
    for (const WorkerPointer& worker : all_workers()) {
        totals.memory_bytes += worker->memory_bytes;
        totals.memory_granted_bytes += worker->memory_granted;
        totals.temp_bytes += worker->temp_bytes;
        if (worker->kind == link::WorkerKind::kLoader) continue;
        totals.sessions += worker->sessions.size();
        totals.running += worker->running;
        totals.waiting += worker->turns.waiting() + worker->waiting_large;
        totals.disk_bytes += worker->disk_bytes;
    }
    for (const auto& [workspace, counted] : totals_) totals.queries += counted;
    return totals;
}

std::vector<FleetImpl::WorkerInfo> FleetImpl::workers() const {
    std::vector<WorkerInfo> list;
    const SteadyTime now = clock_.steady_now();
    const std::lock_guard lock(mutex_);
    const auto add = [&](const WorkerRecord& worker) {
        list.push_back({.kind = worker.kind,
                        .project = worker.project,
                        .workspace = worker.workspace,
                        .pid = worker.process.pid,
                        .ready = worker.state == WorkerState::kReady,
                        .sessions = worker.sessions.size(),
                        .memory_bytes = worker.memory_bytes,
                        .disk_bytes = worker.disk_bytes,
                        .size_limit = worker.limits.size,
                        .running = std::chrono::duration_cast<std::chrono::seconds>(now - worker.started_at)});
    };
    for (const auto& [id, worker] : workspaces_) add(*worker);
    for (const auto& [number, worker] : loaders_) add(*worker);
    return list;
}

}  // namespace smew::fleet
