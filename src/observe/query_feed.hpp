#pragma once
// Every statement of every workspace, as soon as its worker has reported it: completed, freed of what is not to be
// kept, and given to whoever listens. Whoever wants to know of queries listens here; nobody asks the workers for it
// again.

#include "link/record_frames.hpp"
#include "observe/query_completion.hpp"
#include "telemetry/metrics.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace smew::observe {

class QueryListener {
public:
    virtual ~QueryListener() = default;
    // On the feed's thread, in the order of each session. Must not wait: what is slow has a queue of its own. Records
    // come by the hundred thousand a second, so those that repeat others can be told by their shape.
    virtual void executed(const link::QueryRecord& record) = 0;
    // What was given to executed() so far is all there is for now.
    virtual void caught_up() {}
};

class QueryFeed final : public link::QueryRecordSink {
public:
    static constexpr std::size_t kMaxBytes = 32U << 20;  // that wait; above it workers have to keep theirs

    // `policy` and `metrics` outlive it.
    QueryFeed(const QueryPolicy& policy, telemetry::Metrics& metrics);
    ~QueryFeed() override;

    // Before start(); `listener` outlives the feed's thread.
    void listen(QueryListener& listener) { listeners_.push_back(&listener); }
    void start();
    // Gives what has come to the listeners, and no more. For the end, behind the workers'.
    void stop();

    bool has_room() const override { return waiting_bytes_.load(std::memory_order_relaxed) < kMaxBytes; }
    void take(link::QueryRecords records) override;

private:
    void run();
    void give(const link::QueryRecords& batch);

    const QueryPolicy& policy_;
    telemetry::Metrics& metrics_;
    QueryCompletion completion_;  // of the feed's thread
    std::uint64_t shapes_ = 0;    // likewise
    std::vector<QueryListener*> listeners_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<link::QueryRecords> batches_;
    std::atomic<std::size_t> waiting_bytes_{0};
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::observe
