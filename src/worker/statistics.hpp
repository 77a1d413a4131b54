#pragma once
// Counts what the sessions do, for the gateway's metrics.

#include "core/duration_buckets.hpp"
#include "pgsession/session.hpp"
#include "worker/record_queue.hpp"

#include <array>
#include <atomic>

namespace smew::worker {

class Statistics : public pgsession::SessionEvents {
public:
    // `records`: where they go; nullptr: nowhere. Outlives it.
    explicit Statistics(RecordQueue* records = nullptr) : records_(records) {}

    // From any thread; a handful of relaxed additions, as they happen once a statement.
    void statement_done(pgsession::StatementOutcome outcome, std::chrono::microseconds taken) override;
    void bytes_sent(std::uint64_t count) override { bytes_sent_.fetch_add(count, std::memory_order_relaxed); }

    void rows_sent(std::uint64_t count) override { rows_sent_.fetch_add(count, std::memory_order_relaxed); }

    bool make_room() override { return false; }  // counts only
    void statement_recorded(const link::QueryRecord& record) override {
        if (records_ != nullptr) records_->put(record);
    }

    // What was counted since the last call. From one thread at a time.
    link::Stats take();

private:
    using Counter = std::atomic<std::uint64_t>;

    RecordQueue* const records_;
    std::array<Counter, 4> outcomes_{};  // by StatementOutcome
    std::array<Counter, kDurationBucketCount> durations_{};
    Counter duration_total_us_{0};
    Counter bytes_sent_{0}, rows_sent_{0};
};

// What this process has in memory for itself. The file is opened while that is still allowed.
class PrivateMemory {
public:
    PrivateMemory();
    std::uint64_t bytes() const;  // 0 when it cannot be told

private:
    UniqueFd statm_;
};

}  // namespace smew::worker
