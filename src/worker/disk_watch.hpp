#pragma once
// What a workspace has on disk, held against its size limit: at the limit nothing is written that makes it larger,
// while reading, deleting and dropping go on.

#include "engine/engine.hpp"
#include "pgsession/live_limits.hpp"

#include <mutex>
#include <string>

namespace smew::worker {

class DiskWatch {
public:
    // `dir` without `temp_dir`, which lies in it, is held against the size limit. The others outlive the watch.
    DiskWatch(std::string dir, std::string temp_dir, engine::Instance& instance, pgsession::LiveLimits& limits);

    // Thread-safe, all of them.
    struct Usage {
        std::uint64_t disk = 0, temp = 0;  // bytes
    };
    // Measures, and tells the sessions whether there is room. Some file names to look at: microseconds.
    Usage look();
    // The same after a checkpoint, which a full workspace needs to see what was deleted since. True when there is room.
    bool make_room();

private:
    const std::string dir_, temp_dir_;
    engine::Instance& instance_;
    pgsession::LiveLimits& limits_;
    std::mutex mutex_;  // one checkpoint at a time is enough
};

}  // namespace smew::worker
