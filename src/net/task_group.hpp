#pragma once
// Owns coroutines that run beside their maker: nothing is detached. The maker cancels and waits before what the
// coroutines use is gone. All methods may be called from any thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace smew::net {

class TaskGroup {
public:
    // `name` says in the log whose task it was that ended with an exception.
    explicit TaskGroup(std::string name);
    // Cancels and waits without limit: the io_context must still run, on another thread.
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Runs the coroutine on `executor`, which must be serial: a strand, or an io_context with one thread. An exception
    // that leaves it is logged; being cancelled is no error. After cancel() nothing is started any more and false
    // returned.
    bool spawn(boost::asio::any_io_executor executor, boost::asio::awaitable<void> task);

    // Asks every task to end: its pending operation fails with operation_aborted, and so does every later one.
    void cancel();

    // Blocks until no task is left; false when some still are after `limit`. Not from a thread that runs tasks.
    bool wait_for(std::chrono::milliseconds limit);
    void wait();

    std::size_t size() const;

private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the completion of each task
};

}  // namespace smew::net
