#pragma once
// The audit: a line of JSON for every statement, in a file. Names and fields: the seed workspace-production-readiness,
// task 2.

#include "observe/query_feed.hpp"
#include "observe/rotating_file.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace smew::observe {

// {"event":"query_executed",…} and the end of the line.
void append_audit_line(std::string& out, const link::QueryRecord& record);

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
    Lines made_;  // of the feed's thread

    RotatingFile file_;  // of the writing thread
    bool failing_ = false;

    std::mutex mutex_;
    std::condition_variable changed_;
    Lines waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::observe
