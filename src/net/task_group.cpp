#include "net/task_group.hpp"

#include "telemetry/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace smew::net {
namespace {

namespace asio = boost::asio;

struct Task {
    explicit Task(asio::any_io_executor its_executor) : executor(std::move(its_executor)) {}
    asio::any_io_executor executor;
    asio::cancellation_signal signal;  // touched on the executor only
};
using TaskPointer = std::shared_ptr<Task>;  // shared by the group, the completion and a cancellation under way

void report(const std::string& group, const std::exception_ptr& failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) return;
        log::error("task_failed", {{"group", group}, {"reason", error.what()}});
    } catch (const std::exception& error) {
        log::error("task_failed", {{"group", group}, {"reason", error.what()}});
    }
}

void emit_on_executor(const TaskPointer& task) {
    asio::post(task->executor, [task] { task->signal.emit(asio::cancellation_type::terminal); });
}

}  // namespace

struct TaskGroup::State {
    explicit State(std::string its_name) : name(std::move(its_name)) {}

    const std::string name;
    std::mutex mutex;
    std::condition_variable empty;
    std::unordered_set<TaskPointer> tasks;
    bool cancelled = false;

    // `start` is posted under the lock, so that a cancellation, posted later to the same serial executor, comes after
    // it.
    template <class Start>
    bool add(const TaskPointer& task, Start start) {
        const std::lock_guard lock(mutex);
        if (cancelled) return false;
        tasks.insert(task);
        asio::post(task->executor, std::move(start));
        return true;
    }
    void remove(const TaskPointer& task) {
        const std::lock_guard lock(mutex);
        tasks.erase(task);
        if (tasks.empty()) empty.notify_all();
    }
    std::vector<TaskPointer> all() {
        const std::lock_guard lock(mutex);
        return {tasks.begin(), tasks.end()};
    }
};

TaskGroup::TaskGroup(std::string name) : state_(std::make_shared<State>(std::move(name))) {}

TaskGroup::~TaskGroup() {
    cancel();
    wait();
}

bool TaskGroup::spawn(asio::any_io_executor executor, asio::awaitable<void> task) {
    auto running = std::make_shared<Task>(executor);
    auto done = [state = state_, running](const std::exception_ptr& failure) {
        report(state->name, failure);
        state->remove(running);
    };
    auto start = [running, task = std::move(task), done = std::move(done)]() mutable {
        const auto slot = running->signal.slot();
        asio::co_spawn(running->executor, std::move(task), asio::bind_cancellation_slot(slot, std::move(done)));
    };
    return state_->add(running, std::move(start));
}

void TaskGroup::cancel() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->cancelled = true;
    }
    for (const TaskPointer& task : state_->all()) emit_on_executor(task);
}

bool TaskGroup::wait_for(std::chrono::milliseconds limit) {
    std::unique_lock lock(state_->mutex);
    return state_->empty.wait_for(lock, limit, [this] { return state_->tasks.empty(); });
}

void TaskGroup::wait() {
    std::unique_lock lock(state_->mutex);
    state_->empty.wait(lock, [this] { return state_->tasks.empty(); });
}

std::size_t TaskGroup::size() const {
    const std::lock_guard lock(state_->mutex);
    return state_->tasks.size();
}

}  // namespace smew::net
