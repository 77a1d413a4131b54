#pragma once
// Looking on while a thread asks the metadata store.

#include <chrono>
#include <string_view>
#include <utility>

namespace smew::catalog {

class StoreWatcher {
public:
    virtual ~StoreWatcher() = default;
    // A statement has ended, from its first step to its last row, whether it failed or not. Its text has no values in
    // it. On the thread that asked.
    virtual void executed(std::string_view sql, std::chrono::microseconds taken) = 0;
};

// While it lives `watcher`, which may be null, is told of what this thread asks.
class WatchedStore {
public:
    explicit WatchedStore(StoreWatcher* watcher) : before_(std::exchange(current(), watcher)) {}
    ~WatchedStore() { current() = before_; }
    WatchedStore(const WatchedStore&) = delete;
    WatchedStore& operator=(const WatchedStore&) = delete;

    // This thread's; null: nobody looks on.
    static StoreWatcher*& current();

private:
    StoreWatcher* const before_;
};

}  // namespace smew::catalog
