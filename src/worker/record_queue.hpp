#pragma once
// Query records on their way to the gateway: sessions put them in, a thread sends them in batches. A session never
// waits for the link: what finds no room is counted instead.

#include "link/channel.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace smew::worker {

class RecordQueue {
public:
    static constexpr std::size_t kBatchBytes = 64U << 10;  // sent at once when there is so much
    static constexpr std::size_t kMaxBytes = 8U << 20;     // that wait; above it records are dropped
    static constexpr std::chrono::milliseconds kDelay{200};

    // `channel` outlives it.
    explicit RecordQueue(link::Channel& channel);
    ~RecordQueue();

    // From any thread.
    void put(const link::QueryRecord& record);
    // Sends what is there, waiting for the link; before a session is said to be closed, and at the end.
    void flush();

private:
    void run();

    link::Channel& channel_;
    std::mutex send_mutex_;  // batches leave in their order; taken before mutex_
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::uint8_t> waiting_, spare_;
    std::uint64_t dropped_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::worker
