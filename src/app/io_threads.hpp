#pragma once
// The threads that run the gateway's io_context.

#include "core/clock.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace smew::app {

class IoThreads {
public:
    // `io` outlives it.
    IoThreads(boost::asio::io_context& io, std::size_t count);
    // Stops and joins.
    ~IoThreads();
    IoThreads(const IoThreads&) = delete;
    IoThreads& operator=(const IoThreads&) = delete;

    // Lets what is under way come to its end until `deadline`, then stops. False when something was left.
    bool finish(SteadyTime deadline);

private:
    void run();

    boost::asio::io_context& io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_;
    std::vector<std::thread> threads_;
};

// The setting io_threads: 0 means one a core.
std::size_t io_thread_count(int setting);

}  // namespace smew::app
