#include "app/io_threads.hpp"

#include "telemetry/log.hpp"

#include <algorithm>
#include <exception>

namespace smew::app {

IoThreads::IoThreads(boost::asio::io_context& io, std::size_t count)
    : io_(io), work_(boost::asio::make_work_guard(io)), running_(count) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
}

IoThreads::~IoThreads() {
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
}

void IoThreads::run() {
    // An exception here is a bug in a handler; the connections of the others go on.
    for (bool finished = false; !finished;) {
        try {
            io_.run();
            finished = true;
        } catch (const std::exception& exception) {
            log::error("io_exception", {{"what", exception.what()}});
        }
    }
    const std::lock_guard guard(mutex_);
    --running_;
    ended_.notify_all();
}

bool IoThreads::finish(SteadyTime deadline) {
    work_.reset();
    std::unique_lock lock(mutex_);
    const bool finished = ended_.wait_until(lock, deadline, [this] { return running_ == 0; });
    lock.unlock();
    io_.stop();
    return finished;
}

std::size_t io_thread_count(int setting) {
    return setting > 0 ? static_cast<std::size_t>(setting) : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace smew::app
