#include "net/task_group.hpp"

#include "net/run_blocking.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace smew::net {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// An io_context with two threads, as the gateway runs it.
class TaskGroupTest : public testing::Test {
protected:
    TaskGroupTest() {
        for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
    }
    ~TaskGroupTest() override {
        work_.reset();
        for (std::thread& thread : threads_) thread.join();
    }
    asio::any_io_executor strand() { return asio::make_strand(io_); }

    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::vector<std::thread> threads_;
    std::atomic<int> count_ = 0;
};

asio::awaitable<void> increment(std::atomic<int>& count) {
    ++count;
    co_return;
}

asio::awaitable<void> sleep_for_ever(std::atomic<int>& cancelled) {
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    try {
        co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error&) {
        ++cancelled;
        throw;
    }
}

asio::awaitable<void> fail() {
    throw std::runtime_error("on purpose");
    co_return;
}

TEST_F(TaskGroupTest, RunsWhatItIsGivenAndWaits) {
    TaskGroup group("test");
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(group.spawn(strand(), increment(count_)));
    group.wait();
    EXPECT_EQ(count_, 100);
    EXPECT_EQ(group.size(), 0U);
}

TEST_F(TaskGroupTest, CancelEndsEveryTask) {
    TaskGroup group("test");
    for (int i = 0; i < 50; ++i) group.spawn(strand(), sleep_for_ever(count_));
    EXPECT_FALSE(group.wait_for(1ms));
    group.cancel();
    EXPECT_TRUE(group.wait_for(10s));
}

TEST_F(TaskGroupTest, DestructionCancelsAndWaits) {
    {
        TaskGroup group("test");
        group.spawn(strand(), sleep_for_ever(count_));
    }
    SUCCEED();
}

TEST_F(TaskGroupTest, NothingStartsAfterCancel) {
    TaskGroup group("test");
    group.cancel();
    EXPECT_FALSE(group.spawn(strand(), increment(count_)));
    group.wait();
    EXPECT_EQ(count_, 0);
}

TEST_F(TaskGroupTest, AnExceptionEndsItsTaskOnly) {
    TaskGroup group("test");
    group.spawn(strand(), fail());
    group.spawn(strand(), increment(count_));
    group.wait();
    EXPECT_EQ(count_, 1);
}

TEST_F(TaskGroupTest, CancellingWhileOthersSpawnLosesNoTask) {
    for (int round = 0; round < 50; ++round) {
        TaskGroup group("test");
        std::thread spawner([&] {
            while (group.spawn(strand(), sleep_for_ever(count_))) {
            }
        });
        group.cancel();
        spawner.join();
        ASSERT_TRUE(group.wait_for(10s)) << round;
    }
}

asio::awaitable<void> compute(asio::thread_pool& pool, std::atomic<int>& result) {
    const auto io_thread_strand = co_await asio::this_coro::executor;
    const auto io_thread = std::this_thread::get_id();
    auto work = [io_thread] { return std::this_thread::get_id() == io_thread ? 0 : 42; };
    result = co_await run_blocking(pool, work);
    EXPECT_EQ(co_await asio::this_coro::executor, io_thread_strand);
}

TEST_F(TaskGroupTest, RunBlockingComputesOnThePool) {
    asio::thread_pool pool(1);
    TaskGroup group("test");
    group.spawn(strand(), compute(pool, count_));
    group.wait();
    EXPECT_EQ(count_, 42);
}

asio::awaitable<void> catch_failure(asio::thread_pool& pool, std::atomic<int>& caught) {
    auto work = [] { throw std::runtime_error("on purpose"); };
    try {
        co_await run_blocking(pool, work);
    } catch (const std::runtime_error&) {
        ++caught;
    }
}

TEST_F(TaskGroupTest, RunBlockingThrowsWhatTheCallThrew) {
    asio::thread_pool pool(1);
    TaskGroup group("test");
    group.spawn(strand(), catch_failure(pool, count_));
    group.wait();
    EXPECT_EQ(count_, 1);
}

asio::awaitable<void> block(asio::thread_pool& pool, std::atomic<int>& begun, std::atomic<bool>& release) {
    auto work = [&] {
        ++begun;
        begun.notify_all();
        release.wait(false);
    };
    co_await run_blocking(pool, work);
}

TEST_F(TaskGroupTest, ACallUnderWayIsJoinedBeforeItsTaskEnds) {
    asio::thread_pool pool(1);
    TaskGroup group("test");
    std::atomic<bool> release = false;
    group.spawn(strand(), block(pool, count_, release));
    count_.wait(0);
    group.cancel();
    EXPECT_FALSE(group.wait_for(20ms));
    release = true;
    release.notify_all();
    EXPECT_TRUE(group.wait_for(10s));
}

}  // namespace
}  // namespace smew::net
