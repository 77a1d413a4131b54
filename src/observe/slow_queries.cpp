#include "observe/slow_queries.hpp"

#include "telemetry/log.hpp"

namespace smew::observe {
namespace {

std::size_t size_of(const link::QueryRecord& record) {
    return sizeof record + record.query.size() + record.plan.size() + record.error.size();
}

void log_slow(const link::QueryRecord& record) {
    log::warning("slow_query_detected", {{"project_id", record.project.value()},
                                         {"workspace_id", record.workspace.value()},
                                         {"session_id", record.session.value()},
                                         {"query_id", record.session.value() + "-" + std::to_string(record.number)},
                                         {"query_hash", record.query_hash},
                                         {"query", record.query},
                                         {"duration_ms", static_cast<double>(record.duration_us) / 1000},
                                         {"status", to_text(record.status)},
                                         {"rows_returned", record.rows_returned},
                                         {"peak_memory_bytes", record.peak_memory_bytes},
                                         {"spilled_bytes", record.spilled_bytes},
                                         {"explain", record.plan}});
}

}  // namespace

SlowQueries::SlowQueries(const QueryPolicy& policy, telemetry::Metrics& metrics, Alerts& alerts)
    : policy_(policy), metrics_(metrics), alerts_(alerts) {}

void SlowQueries::executed(const link::QueryRecord& record) {
    if (!record.slow) return;
    metrics_.slow_query();
    link::QueryRecord kept = record;
    if (!policy_.values().slow_log_full) {
        kept.query.clear();
        kept.plan = plan_without_literals(kept.plan);
    }
    log_slow(kept);
    keep(kept);
    alerts_.slow_query(kept);
}

void SlowQueries::keep(const link::QueryRecord& record) {
    const std::lock_guard lock(mutex_);
    entries_.push_front({++last_number_, record});
    bytes_ += size_of(record);
    while (entries_.size() > kKept || (bytes_ > kKeptBytes && entries_.size() > 1)) {
        bytes_ -= size_of(entries_.back().record);
        entries_.pop_back();
    }
}

std::vector<SlowQueries::Entry> SlowQueries::recent(const std::optional<ProjectId>& project, std::size_t limit,
                                                    std::uint64_t before) const {
    const std::lock_guard lock(mutex_);
    std::vector<Entry> found;
    for (const Entry& entry : entries_) {
        if (found.size() == limit) break;
        if (entry.number < before && (!project || entry.record.project == *project)) found.push_back(entry);
    }
    return found;
}

}  // namespace smew::observe
