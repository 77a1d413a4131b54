#include "observe/query_feed.hpp"

#include "telemetry/log.hpp"

namespace smew::observe {

QueryFeed::QueryFeed(const QueryPolicy& policy, telemetry::Metrics& metrics) : metrics_(metrics), completion_(policy) {}

QueryFeed::~QueryFeed() {
    stop();
}

void QueryFeed::start() {
    thread_ = std::thread([this] { run(); });
}

void QueryFeed::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void QueryFeed::take(const ProjectId& project, const WorkspaceId& workspace, link::QueryRecords records) {
    using Loss = telemetry::Metrics::RecordLoss;
    if (records.dropped != 0) metrics_.query_records_dropped(Loss::kWorker, records.dropped);
    {
        const std::lock_guard lock(mutex_);
        if (waiting_bytes_ + records.records.size() <= kMaxBytes && !stopping_) {
            waiting_bytes_ += records.records.size();
            batches_.push_back({project, workspace, std::move(records.records)});
            records.records.clear();
        }
    }
    if (records.records.empty()) {
        changed_.notify_one();
        return;
    }
    const auto lost = link::read_records(as_bytes(records.records));
    metrics_.query_records_dropped(Loss::kFeed, lost ? lost->size() : 1);
}

void QueryFeed::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (batches_.empty()) {
            lock.unlock();
            for (QueryListener* listener : listeners_) listener->caught_up();
            lock.lock();
        }
        changed_.wait(lock, [this] { return stopping_ || !batches_.empty(); });
        if (batches_.empty()) return;
        const Batch batch = std::move(batches_.front());
        batches_.pop_front();
        waiting_bytes_ -= batch.records.size();
        lock.unlock();
        give(batch);
        lock.lock();
    }
}

void QueryFeed::give(const Batch& batch) {
    std::uint64_t count = 0;
    const bool whole = link::for_each_record(as_bytes(batch.records), record_, [&](link::QueryRecord& record) {
        ++count;
        record.project = batch.project;
        record.workspace = batch.workspace;
        completion_.complete(record);
        for (QueryListener* listener : listeners_) listener->executed(record);
    });
    metrics_.query_records(count);
    if (!whole) log::error("query_records_malformed", {{"workspace_id", batch.workspace.value()}});
}

}  // namespace smew::observe
