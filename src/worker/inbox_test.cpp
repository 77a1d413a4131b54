#include "worker/inbox.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace smew::worker {
namespace {

using Event = Inbox::Event;
using std::chrono::steady_clock;

class InboxTest : public ::testing::Test {
protected:
    InboxTest() : InboxTest(link::make_socket_pair().value()) {}
    explicit InboxTest(std::pair<UniqueFd, UniqueFd> ends)
        : gateway(std::make_unique<link::Channel>(std::move(ends.first))),
          worker(std::move(ends.second)),
          inbox(worker) {}

    std::unique_ptr<link::Channel> gateway;
    link::Channel worker;
    Inbox inbox;
};

TEST_F(InboxTest, GivesMessagesInOrder) {
    ASSERT_TRUE(gateway->send(link::EndAllSessions{}));
    ASSERT_TRUE(gateway->send(link::Shutdown{}));
    EXPECT_TRUE(std::holds_alternative<link::EndAllSessions>(inbox.wait({}).received.message));
    EXPECT_TRUE(std::holds_alternative<link::Shutdown>(inbox.wait({}).received.message));
}

TEST_F(InboxTest, AWakeBeforeTheWaitIsNotLost) {
    inbox.wake();
    inbox.wake();
    EXPECT_EQ(inbox.wait({}).event, Event::kWoken);
    EXPECT_EQ(inbox.wait(steady_clock::now()).event, Event::kTimeout);
}

TEST_F(InboxTest, IsWokenFromAnotherThread) {
    const std::jthread waker([this] { inbox.wake(); });
    EXPECT_EQ(inbox.wait({}).event, Event::kWoken);
}

TEST_F(InboxTest, TellsOnceThatTheGatewayIsGone) {
    ASSERT_TRUE(gateway->send(link::Shutdown{}));
    gateway.reset();
    EXPECT_EQ(inbox.wait({}).event, Event::kMessage);
    EXPECT_EQ(inbox.wait({}).event, Event::kClosed);
    EXPECT_EQ(inbox.wait(steady_clock::now()).event, Event::kTimeout);
    inbox.wake();
    EXPECT_EQ(inbox.wait({}).event, Event::kWoken);
}

TEST_F(InboxTest, TakesAMessageItCannotReadForTheEnd) {
    ASSERT_EQ(::write(gateway->fd(), "\xff\xff\xff\xff\xff\xff", 6), 6);
    EXPECT_EQ(inbox.wait({}).event, Event::kClosed);
}

}  // namespace
}  // namespace smew::worker
