#pragma once
// The last 24 hours of each project, for its own keys: what happens is counted here on its way to `next`, and kept
// as History keeps the service's. Bounded by history_max_projects; a project nobody used for a day is forgotten.
// Thread-safe.

#include "observe/history.hpp"
#include "observe/query_feed.hpp"
#include "telemetry/events.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace smew::observe {

class ProjectHistory final : public telemetry::Events, public QueryListener {
public:
    // What a worker process of a project has at a moment.
    struct Live {
        ProjectId project;
        double sessions = 0, memory_bytes = 0;
    };
    using Look = std::function<std::vector<Live>()>;

    // `next` and `clock` outlive it; `look` is called by tick() alone.
    ProjectHistory(telemetry::Events& next, Look look, std::size_t most, const Clock& clock)
        : next_(next), look_(std::move(look)), most_(most), clock_(clock) {}

    void login_failed(const ProjectId& project, std::string_view user, std::string_view address) override;
    void workspace_active(const WorkspaceActivity& activity) override;
    void worker_lost(const WorkerLoss& loss) override;
    void executed(const link::QueryRecord& record) override;

    // Takes a point of every project; called about every second.
    void tick();
    // As History::last(); empty for a project of which nothing is known.
    std::vector<HistoryInterval> last(const ProjectId& project, std::chrono::seconds range) const;

private:
    struct Entry {
        explicit Entry(const Clock& clock) : history([this] { return now; }, clock) {}
        Measured now;
        SteadyTime used{};
        History history;
    };
    // nullptr: none is kept. Under the mutex.
    Entry* entry_of(const ProjectId& project);
    void forget_longest_unused();

    telemetry::Events& next_;
    const Look look_;
    const std::size_t most_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::unordered_map<ProjectId, std::unique_ptr<Entry>> entries_;
};

}  // namespace smew::observe
