#include "worker/record_queue.hpp"

namespace smew::worker {

RecordQueue::RecordQueue(link::Channel& channel) : channel_(channel), thread_([this] { run(); }) {}

RecordQueue::~RecordQueue() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void RecordQueue::put(const link::QueryRecord& record) {
    bool ring = false;
    {
        const std::lock_guard lock(mutex_);
        const std::size_t before = waiting_.size();
        if (before >= kMaxBytes) {
            ++dropped_;
            return;
        }
        link::append_record(waiting_, record);
        ring = before == 0 || (before < kBatchBytes && waiting_.size() >= kBatchBytes);
    }
    if (ring) changed_.notify_one();
}

void RecordQueue::flush() {
    const std::lock_guard order(send_mutex_);
    std::vector<std::uint8_t> batch;
    link::QueryRecords message;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty() && dropped_ == 0) return;
        batch.swap(spare_);
        batch.swap(waiting_);
        message.dropped = std::exchange(dropped_, 0);
    }
    message.records.assign(batch.begin(), batch.end());
    (void)channel_.send(message);  // a gateway that is gone is noticed by the inbox
    batch.clear();
    const std::lock_guard lock(mutex_);
    if (batch.capacity() <= 4 * kBatchBytes) spare_ = std::move(batch);
}

void RecordQueue::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        changed_.wait_for(lock, kDelay, [this] { return stopping_ || waiting_.size() >= kBatchBytes; });
        lock.unlock();
        flush();
        lock.lock();
    }
}

}  // namespace smew::worker
