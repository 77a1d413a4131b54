#include "worker/watch.hpp"

#include "worker/testing.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>

namespace smew::worker {
namespace {

using pgsession::Session;
using testing::eventually;
using testing::FakeSession;

class WatchTest : public ::testing::Test {
protected:
    void open(std::size_t base_threads, std::size_t max_threads) {
        pool = std::make_unique<SessionPool>(
            SessionPool::Options{.base_threads = base_threads, .max_threads = max_threads},
            SessionPool::Events{.closed = [](const Session&) {}, .woken = [this] { watch->wake(); }});
        watch = std::make_unique<Watch>(*pool, Watch::Duties{.check_deadlines = [this](Watch::Time) { ++checks; },
                                                             .report = [this] { ++reports; },
                                                             .tidy = [] {},
                                                             .rest = [this] { ++rests; }});
    }
    UniqueFd connect(const std::string& id, FakeSession::Turn turn) {
        auto ends = link::make_socket_pair().value();
        EXPECT_TRUE(pool->add(std::make_unique<FakeSession>(id, std::move(ends.first), std::move(turn))));
        return std::move(ends.second);
    }
    // Holds its thread until the client closes.
    static Session::Next hold(FakeSession& session) {
        char byte = 0;
        (void)::recv(session.fd(), &byte, 1, 0);
        return Session::Next::kClosed;
    }

    std::atomic<int> checks{0}, reports{0}, rests{0};
    std::unique_ptr<SessionPool> pool;
    std::unique_ptr<Watch> watch;  // stops before the pool goes
};

TEST_F(WatchTest, GivesWaitingSessionsThreadsWhileOthersAreStuck) {
    open(1, 4);
    const UniqueFd stuck[] = {connect("a", hold), connect("b", hold), connect("c", hold)};
    std::atomic<bool> ran{false};
    const UniqueFd quick = connect("d", [&](FakeSession&) {
        ran = true;
        return Session::Next::kClosed;
    });
    EXPECT_TRUE(eventually([&] { return ran.load(); }));
}

TEST_F(WatchTest, ChecksDeadlinesWhileSomethingRuns) {
    open(1, 2);
    const UniqueFd busy = connect("a", hold);
    EXPECT_TRUE(eventually([&] { return checks >= 3; }));
}

TEST_F(WatchTest, ReportsAfterWork) {
    open(1, 2);
    { const UniqueFd gone = connect("a", hold); }
    EXPECT_TRUE(eventually([&] { return reports >= 1; }));
}

TEST_F(WatchTest, RestsOnceAfterWork) {
    open(1, 2);
    const UniqueFd busy = connect("a", hold);
    EXPECT_TRUE(eventually([&] { return checks >= 3; }));
    EXPECT_EQ(rests, 0);
    { const UniqueFd gone = connect("b", hold); }
    ASSERT_EQ(::send(busy.get(), "x", 1, MSG_NOSIGNAL), 1);
    EXPECT_TRUE(eventually([&] { return rests == 1; }));
}

TEST_F(WatchTest, StopEndsAtOnce) {
    open(1, 2);
    watch->stop();
    const int before = checks;
    watch->wake();
    { const UniqueFd gone = connect("a", hold); }
    EXPECT_TRUE(eventually([&] { return pool->size() == 0; }));
    EXPECT_EQ(checks, before);
}

}  // namespace
}  // namespace smew::worker
