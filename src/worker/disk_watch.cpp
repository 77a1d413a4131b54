#include "worker/disk_watch.hpp"

#include "worker/working_dir.hpp"

#include <algorithm>

namespace smew::worker {

DiskWatch::DiskWatch(std::string dir, std::string temp_dir, engine::Instance& instance, pgsession::LiveLimits& limits)
    : dir_(std::move(dir)), temp_dir_(std::move(temp_dir)), instance_(instance), limits_(limits) {}

DiskWatch::Usage DiskWatch::look() {
    const std::uint64_t all = disk_usage(dir_).count, temp = disk_usage(temp_dir_).count;
    // The database's file does not shrink, but what is free in it is written before it grows.
    const std::uint64_t spare = temp + instance_.free_space().count;
    const Usage usage{all - std::min(all, spare), temp};
    const std::uint64_t limit = limits_.get().size.count;
    limits_.set_disk_full(limit != 0 && usage.disk >= limit);
    return usage;
}

bool DiskWatch::make_room() {
    const std::lock_guard lock(mutex_);
    look();
    if (!limits_.disk_full()) return true;  // another thread was here before
    // Not while a transaction is open; then what it deletes is not free yet either.
    (void)instance_.checkpoint();
    look();
    return !limits_.disk_full();
}

}  // namespace smew::worker
