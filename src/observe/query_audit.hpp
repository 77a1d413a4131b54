#pragma once
// The audit: a line of JSON for every statement, in a file.

#include "observe/audit_lines.hpp"
#include "observe/query_feed.hpp"
#include "observe/rotating_file.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

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
    std::deque<Lines> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::vector<Lines> spare_;  // whose memory is in use for good: new memory costs as much as what is written to it
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::observe
