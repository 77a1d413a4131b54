#pragma once
// Statements that took longer than slow_query_threshold_ms: counted, logged, alerted, and the last ones kept with their
// plans. The seed workspace-production-readiness, task 3.

#include "observe/alerts.hpp"
#include "observe/query_feed.hpp"

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace smew::observe {

class SlowQueries final : public QueryListener {
public:
    static constexpr std::size_t kKept = 1000;
    static constexpr std::size_t kKeptBytes = 32U << 20;  // of texts and plans together

    // What it refers to outlives it.
    SlowQueries(const QueryPolicy& policy, telemetry::Metrics& metrics, Alerts& alerts);

    void executed(const link::QueryRecord& record) override;

    struct Entry {
        std::uint64_t number = 0;  // later ones have higher numbers
        link::QueryRecord record;
    };
    // The newest first: at most `limit` with a number below `before`, of one project or, without, of all.
    std::vector<Entry> recent(const std::optional<ProjectId>& project, std::size_t limit,
                              std::uint64_t before = UINT64_MAX) const;

private:
    void keep(const link::QueryRecord& record);

    const QueryPolicy& policy_;
    telemetry::Metrics& metrics_;
    Alerts& alerts_;
    mutable std::mutex mutex_;
    std::deque<Entry> entries_;  // the newest first
    std::size_t bytes_ = 0;
    std::uint64_t last_number_ = 0;
};

}  // namespace smew::observe
