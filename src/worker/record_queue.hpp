#pragma once
// Query records on their way to the gateway: sessions put them into memory that it shares. A session never waits for
// it: what finds no room is counted instead.

#include "link/channel.hpp"
#include "link/record_frames.hpp"
#include "link/record_ring.hpp"

#include <mutex>
#include <optional>
#include <vector>

namespace smew::worker {

class RecordQueue {
public:
    static constexpr std::size_t kCallAt = 64U << 10;  // bytes that wait when the gateway is asked to look at once

    // `channel` outlives it. Without a ring nothing is recorded.
    RecordQueue(link::Channel& channel, std::optional<link::RecordRing> ring);

    // From any thread. Where the record is then, it outlives this process.
    void put(const link::QueryRecord& record);

private:
    link::Channel& channel_;
    std::mutex mutex_;
    std::optional<link::RecordRing> ring_;
    link::RecordWriter writer_;
    std::vector<std::uint8_t> frame_;
    bool called_ = false;  // since there was little
};

}  // namespace smew::worker
