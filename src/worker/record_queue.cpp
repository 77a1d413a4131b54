#include "worker/record_queue.hpp"

namespace smew::worker {
namespace {

constexpr std::size_t kMostKept = 64U << 10;  // bytes of a buffer

}  // namespace

RecordQueue::RecordQueue(link::Channel& channel, std::optional<link::RecordRing> ring)
    : channel_(channel), ring_(std::move(ring)) {}

void RecordQueue::put(const link::QueryRecord& record) {
    std::size_t waiting = 0;
    bool call = false;
    {
        const std::lock_guard lock(mutex_);
        if (!ring_) return;
        frame_.clear();
        writer_.write(frame_, record);
        if (!ring_->put(frame_)) writer_.take_back();
        if (frame_.capacity() > kMostKept) frame_ = {};
        waiting = ring_->waiting();
        const bool much = waiting >= kCallAt;
        call = much && !called_;
        called_ = much;
    }
    // A gateway that is gone is noticed by the inbox.
    if (call) (void)channel_.send_now(link::RecordsWaiting{waiting});
}

}  // namespace smew::worker
