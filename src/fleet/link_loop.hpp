#pragma once
// The fleet's thread: reads every worker's link, notices workers' ends, and ticks. Handlers run on that thread.

#include "fleet/worker_record.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace smew::fleet {

class LinkLoop {
public:
    struct Handlers {
        std::function<void(const WorkerPointer&, link::Message)> message;
        std::function<void(const WorkerPointer&)> link_closed;                        // the process may still run
        std::function<void(const WorkerPointer&, const std::string& status)> exited;  // once, last of all for a worker
        std::function<void()> tick;                                                   // about every 200 ms
    };

    explicit LinkLoop(Handlers handlers);
    ~LinkLoop();  // stops the thread; workers still watched are forgotten
    LinkLoop(const LinkLoop&) = delete;
    LinkLoop& operator=(const LinkLoop&) = delete;

    // From any thread.
    Result<void> watch(const WorkerPointer& worker);

private:
    void run();
    void handle(std::uint64_t token);
    void read_link(const WorkerPointer& worker);
    void forget(std::uint64_t number);
    WorkerPointer find(std::uint64_t number);

    Handlers handlers_;
    UniqueFd epoll_;
    UniqueFd wake_;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, WorkerPointer> workers_;
    std::thread thread_;
};

}  // namespace smew::fleet
