#pragma once
// The table query_log: the records of all statements in a DuckDB file of smew's own, which a worker of its own serves
// like a workspace's. Written in batches by a thread; what it cannot take is counted, and no statement waits for it.

#include "catalog/store.hpp"
#include "config/live_settings.hpp"
#include "fleet/fleet.hpp"
#include "observe/query_feed.hpp"
#include "storage/layout.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace smew::querylog {

inline constexpr std::string_view kDatabase = "smew_admin";  // also its user

// What serves the table, in the shape of a workspace that no project has.
catalog::Workspace admin_workspace(const config::Settings& settings);

struct Filter {
    std::optional<std::string> project, workspace, session, user, status, hash, text;
    std::optional<std::string> since, until;  // ISO 8601
    std::optional<double> min_duration_ms;
    std::optional<bool> slow;
    std::optional<std::int64_t> before;  // only records with a smaller id
    std::size_t limit = 100;
};

// A record as text, column by column.
struct Page {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;  // the newest first
};

class QueryLog final : public observe::QueryListener {
public:
    static constexpr std::size_t kMaxBytes = 64U << 20;  // that wait to be written; above it records are dropped
    static constexpr std::size_t kBatchBytes = 4U << 20;

    // What it refers to outlives it, but for the fleet, which has to live until stop() only.
    QueryLog(const config::Settings& settings, const config::LiveSettings& live, const storage::Layout& layout,
             catalog::Store& store, fleet::Fleet& fleet, const observe::QueryPolicy& policy,
             telemetry::Metrics& metrics, const Clock& clock);
    ~QueryLog() override;

    bool enabled() const { return settings_.query_log_enabled; }
    void executed(const link::QueryRecord& record) override;
    // Writes what waits, and nothing more.
    void stop();

    // The database can be connected to: its file and tables are there.
    Result<void> open();
    // Writes what waits first. Waits for the worker, which is started when it does not run.
    Result<Page> search(const Filter& filter);

private:
    struct Rows {
        std::string text;  // as COPY takes it
        std::uint64_t count = 0;
    };
    void run();
    void write(const Rows& rows);
    Result<void> copy(const Rows& rows);
    Result<void> make_tables();
    void retain();
    // The live tables, as long as somebody is connected to look at them.
    void refresh();
    void flush();

    const config::Settings& settings_;
    const config::LiveSettings& live_;
    const storage::Layout& layout_;
    catalog::Store& store_;
    fleet::Fleet& fleet_;
    const observe::QueryPolicy& policy_;
    telemetry::Metrics& metrics_;
    const Clock& clock_;
    const catalog::Workspace workspace_;

    std::mutex write_mutex_;  // one batch at a time, in their order; taken before mutex_
    bool made_ = false;       // the tables; under write_mutex_
    bool failing_ = false;
    SteadyTime retained_at_{}, shortened_at_{}, refreshed_at_{};  // of the thread

    std::atomic<SteadyTime> written_at_{SteadyTime{}};
    std::mutex mutex_;
    std::condition_variable changed_;
    Rows waiting_;
    SteadyTime waiting_since_{};
    std::int64_t last_id_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::querylog
