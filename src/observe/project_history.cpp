#include "observe/project_history.hpp"

#include <algorithm>

namespace smew::observe {

constexpr std::chrono::hours kKept{24};

ProjectHistory::Entry* ProjectHistory::entry_of(const ProjectId& project) {
    if (project.value().empty() || most_ == 0) return nullptr;
    auto found = entries_.find(project);
    if (found == entries_.end()) {
        if (entries_.size() >= most_) forget_longest_unused();
        found = entries_.emplace(project, std::make_unique<Entry>(clock_)).first;
        found->second->history.tick();  // from nothing on: what is counted next has begun after it
    }
    found->second->used = clock_.steady_now();
    return found->second.get();
}

void ProjectHistory::forget_longest_unused() {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                    [](const auto& a, const auto& b) { return a.second->used < b.second->used; }));
}

void ProjectHistory::login_failed(const ProjectId& project, std::string_view user, std::string_view address) {
    {
        const std::lock_guard guard(mutex_);
        if (Entry* entry = entry_of(project)) entry->now.metrics.auth_failures += 1;
    }
    next_.login_failed(project, user, address);
}

void ProjectHistory::workspace_active(const WorkspaceActivity& activity) {
    {
        const std::lock_guard guard(mutex_);
        if (Entry* entry = entry_of(activity.project)) {
            telemetry::MetricsReading& counted = entry->now.metrics;
            counted.queries += static_cast<double>(activity.statements);
            counted.failed += static_cast<double>(activity.failed);
            counted.cancelled += static_cast<double>(activity.cancelled);
            counted.bytes_sent += static_cast<double>(activity.bytes_sent);
            for (std::size_t i = 0; i < counted.durations.size(); ++i) {
                counted.durations[i] += static_cast<double>(activity.durations[i]);
            }
        }
    }
    next_.workspace_active(activity);
}

void ProjectHistory::worker_lost(const WorkerLoss& loss) {
    next_.worker_lost(loss);
}

void ProjectHistory::executed(const link::QueryRecord& record) {
    if (!record.slow) return;
    const std::lock_guard guard(mutex_);
    if (Entry* entry = entry_of(record.project)) entry->now.metrics.slow_queries += 1;
}

void ProjectHistory::tick() {
    const std::vector<Live> live = look_();
    const std::lock_guard guard(mutex_);
    for (auto& [project, entry] : entries_) {
        entry->now.sessions = entry->now.worker_bytes = entry->now.metrics.workers = 0;
    }
    for (const Live& one : live) {
        Entry* entry = entry_of(one.project);
        if (entry == nullptr) continue;
        entry->now.sessions += one.sessions;
        entry->now.worker_bytes += one.memory_bytes;
        entry->now.metrics.workers += 1;
    }
    const SteadyTime now = clock_.steady_now();
    std::erase_if(entries_, [&](const auto& one) { return now - one.second->used > kKept; });
    for (auto& [project, entry] : entries_) entry->history.tick();
}

std::vector<HistoryInterval> ProjectHistory::last(const ProjectId& project, std::chrono::seconds range) const {
    const std::lock_guard guard(mutex_);
    const auto found = entries_.find(project);
    return found == entries_.end() ? std::vector<HistoryInterval>() : found->second->history.last(range);
}

}  // namespace smew::observe
