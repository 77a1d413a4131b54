#pragma once
// The audit: a line of JSON for every statement, in a file.

#include "observe/audit_lines.hpp"
#include "observe/query_feed.hpp"
#include "observe/rotating_file.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace smew::observe {

class QueryAudit final : public QueryListener {
public:
    static constexpr std::size_t kMaxBytes = 32U << 20;  // that wait for the disk; above it records are dropped

    // `policy` and `metrics` outlive it.
    QueryAudit(RotatingFile file, const QueryPolicy& policy, telemetry::Metrics& metrics);
    // Writes what waits.
    ~QueryAudit() override;

    void executed(const link::QueryRecord& record) override;
    void caught_up() override { hand_over(); }

private:
    struct Lines {
        std::string text;
        std::uint64_t count = 0;
    };
    void hand_over();
    void run();
    void write(const Lines& lines);

    const QueryPolicy& policy_;
    telemetry::Metrics& metrics_;
    AuditLines lines_;  // of the feed's thread, as what it made
    Lines made_;

    RotatingFile file_;  // of the writing thread
    bool failing_ = false;

    std::mutex mutex_;
    std::condition_variable changed_;
    Lines waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::observe
