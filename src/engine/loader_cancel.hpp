#pragma once
// Looks at a job's cancel flag and interrupts the engine while it is set.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace smew::engine::loader {

// Calls `interrupt` from a thread of its own again and again while the flag is true: DuckDB forgets an interrupt when a
// statement starts. The destructor joins the thread.
class CancelWatch {
public:
    CancelWatch(const std::atomic<bool>& cancel, std::function<void()> interrupt);

private:
    void watch(std::stop_token stop);

    const std::atomic<bool>& cancel_;
    const std::function<void()> interrupt_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;  // last: started when the rest is there
};

}  // namespace smew::engine::loader
