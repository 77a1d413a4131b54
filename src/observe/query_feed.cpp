#include "observe/query_feed.hpp"

#include "telemetry/log.hpp"

namespace smew::observe {

QueryFeed::QueryFeed(const QueryPolicy& policy, telemetry::Metrics& metrics)
    : policy_(policy), metrics_(metrics), completion_(policy) {}

QueryFeed::~QueryFeed() {
    stop();
    std::uint64_t lost = 0;
    for (const link::QueryRecords& batch : batches_) {
        (void)batch.reader->read(as_bytes(batch.frames), [&lost](link::QueryRecord&, bool) { ++lost; });
    }
    metrics_.query_records_dropped(telemetry::Metrics::RecordLoss::kFeed, lost);
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

void QueryFeed::take(link::QueryRecords records) {
    if (records.dropped != 0) {
        metrics_.query_records_dropped(telemetry::Metrics::RecordLoss::kWorker, records.dropped);
    }
    if (records.frames.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        waiting_bytes_ += records.frames.size();
        batches_.push_back(std::move(records));
    }
    changed_.notify_one();
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
        const link::QueryRecords batch = std::move(batches_.front());
        batches_.pop_front();
        waiting_bytes_ -= batch.frames.size();
        lock.unlock();
        give(batch);
        lock.lock();
    }
}

void QueryFeed::give(const link::QueryRecords& batch) {
    std::uint64_t count = 0;
    batch.reader->valid_for(policy_.generation());
    const bool whole = batch.reader->read(as_bytes(batch.frames), [&](link::QueryRecord& record, bool fresh) {
        ++count;
        if (fresh) {
            record.project = batch.project;
            record.workspace = batch.workspace;
            record.shape = 0;
            completion_.complete(record);
        } else if (record.shape == 0) {
            record.shape = ++shapes_;
        }
        for (QueryListener* listener : listeners_) listener->executed(record);
    });
    metrics_.query_records(count);
    if (!whole) log::error("query_records_malformed", {{"workspace_id", batch.workspace.value()}});
}

}  // namespace smew::observe
