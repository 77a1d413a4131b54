#include "pgsession/turns.hpp"

#include "pgsession/large_statements.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace smew::pgsession {
namespace {

struct Member {
    Turns::Ticket ticket;
    int calls = 0;
    Member() {
        ticket.on_turn = [this] { ++calls; };
    }
};

// As a session does.
bool take_or_queue(Turns& turns, Member& member) {
    return turns.take(member.ticket) || turns.queue(member.ticket);
}

TEST(Turns, AreGivenInTheOrderOfArrival) {
    Turns turns;
    turns.set_limit(1);
    Member first, second, third;
    EXPECT_TRUE(take_or_queue(turns, first));
    EXPECT_TRUE(take_or_queue(turns, first)) << "it has one";
    EXPECT_FALSE(take_or_queue(turns, second));
    EXPECT_FALSE(take_or_queue(turns, third));
    EXPECT_EQ(turns.waiting(), 2U);
    turns.give_back(first.ticket);
    EXPECT_TRUE(second.ticket.held());
    EXPECT_EQ(second.calls, 1);
    EXPECT_FALSE(third.ticket.held());
    EXPECT_FALSE(take_or_queue(turns, first)) << "the third was there before";
    turns.give_back(second.ticket);
    turns.give_back(third.ticket);
    EXPECT_TRUE(first.ticket.held());
    EXPECT_EQ(turns.taken(), 1U);
}

TEST(Turns, OneThatLeavesIsNotCalled) {
    Turns turns;
    turns.set_limit(1);
    Member first, second;
    ASSERT_TRUE(take_or_queue(turns, first));
    ASSERT_FALSE(take_or_queue(turns, second));
    EXPECT_TRUE(turns.leave(second.ticket));
    EXPECT_FALSE(turns.leave(second.ticket));
    turns.give_back(first.ticket);
    EXPECT_EQ(second.calls, 0);
    EXPECT_EQ(turns.taken(), 0U);
}

TEST(Turns, OneThatIsFreeBeforeTheQueueIsReachedIsTaken) {
    Turns turns;
    turns.set_limit(1);
    Member first, second;
    ASSERT_TRUE(turns.take(first.ticket));
    ASSERT_FALSE(turns.take(second.ticket));
    turns.give_back(first.ticket);
    EXPECT_TRUE(turns.queue(second.ticket));
    EXPECT_EQ(second.calls, 0);
    EXPECT_EQ(turns.waiting(), 0U);
}

TEST(Turns, AHigherLimitCallsWhoWaitsAndALowerOneHoldsForThoseWhoCome) {
    Turns turns;
    turns.set_limit(1);
    Member one, two, three;
    take_or_queue(turns, one);
    take_or_queue(turns, two);
    turns.set_limit(2);
    EXPECT_TRUE(two.ticket.held());
    int told = 0;
    turns.on_use = [&] { ++told; };
    turns.set_limit(2, 1, 7);
    const link::TurnsUsed both = turns.use();
    EXPECT_EQ(both.order, 7U);
    EXPECT_EQ(both.taken, 2U) << "both run on";
    EXPECT_FALSE(take_or_queue(turns, three));
    EXPECT_EQ(std::exchange(told, 0), 1) << "it waits";
    turns.give_back(one.ticket);
    EXPECT_EQ(told, 1) << "what was too much is free";
    EXPECT_EQ(turns.use().taken, 1U);
    EXPECT_FALSE(three.ticket.held());
    turns.give_back(two.ticket);
    EXPECT_TRUE(three.ticket.held());
    EXPECT_EQ(told, 1);
}

TEST(Turns, AShortageIsToldOnceUntilItIsSaidThatThereIsNone) {
    Turns turns;
    int told = 0;
    turns.on_use = [&] {
        ++told;
        turns.use();
    };
    Member one, two, three;
    turns.set_limit(4, 1, 1);
    take_or_queue(turns, one);
    take_or_queue(turns, two);
    take_or_queue(turns, three);
    EXPECT_EQ(told, 1);
    EXPECT_EQ(turns.use().waiting, 2U);
    turns.set_limit(4, 2, 2);
    EXPECT_TRUE(two.ticket.held());
    turns.leave(three.ticket);
    EXPECT_EQ(turns.use().waiting, 0U);
    take_or_queue(turns, three);
    EXPECT_EQ(told, 2) << "it was said that nobody waits";
    turns.set_limit(2, 4, 3);
    turns.leave(three.ticket);
    turns.use();
    take_or_queue(turns, three);
    EXPECT_EQ(told, 2) << "its own limit is no shortage";
}

// While the limit changes, what use() says bounds what runs until the next order.
TEST(Turns, NobodyTakesATurnByALimitThatIsNotInForce) {
    Turns turns;
    turns.set_limit(8, 0, 0);
    std::atomic<bool> stop{false};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            Turns::Ticket ticket;
            while (!stop) {
                if (turns.take(ticket)) turns.give_back(ticket);
            }
        });
    }
    for (std::uint32_t order = 1; order < 20'000; order += 2) {
        turns.set_limit(8, 4, order);
        turns.set_limit(8, 0, order + 1);
        const std::uint32_t most = turns.use().taken;
        ASSERT_LE(turns.taken(), most);
    }
    stop = true;
}

TEST(Turns, ManyThreadsNeverHoldMoreThanTheLimit) {
    Turns turns;
    turns.set_limit(3);
    std::atomic<int> inside{0}, most{0}, done{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            Turns::Ticket ticket;
            for (int n = 0; n < 2000; ++n) {
                if (!turns.wait(ticket, [] { return false; })) return;
                const int now = ++inside;
                for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                }
                --inside;
                turns.give_back(ticket);
            }
            ++done;
        });
    }
    threads.clear();
    EXPECT_EQ(done, 8);
    EXPECT_LE(most, 3);
    EXPECT_EQ(turns.taken(), 0U);
    EXPECT_EQ(turns.waiting(), 0U);
}

TEST(LargeStatements, TellsClassesByTheEstimate) {
    LargeStatements large;
    EXPECT_EQ(large.claim_of(1000, QueryClass::kAuto), 0U) << "without room there is no class";
    large.set_room(1600, 50, 8);
    EXPECT_EQ(large.claim_of(100, QueryClass::kAuto), 0U);
    EXPECT_EQ(large.claim_of(101, QueryClass::kAuto), 101U);
    EXPECT_EQ(large.claim_of(101, QueryClass::kSmall), 0U);
    EXPECT_EQ(large.claim_of(1, QueryClass::kLarge), 400U);
}

TEST(LargeStatements, OnlySoManyMayWait) {
    LargeStatements large;
    large.set_room(1000, 60, 2);
    auto one = large.take_place();
    auto two = large.take_place();
    EXPECT_TRUE(one && two);
    EXPECT_FALSE(large.take_place());
    two.reset();
    EXPECT_TRUE(two = large.take_place());
    large.set_room(1000, 60, 1);
    one.reset();
    EXPECT_FALSE(large.take_place()) << "one is in the only place there is now";
    two.reset();
    EXPECT_TRUE(large.take_place());
}

TEST(LargeStatements, WaitUntilTheirClaimFits) {
    LargeStatements large;
    large.set_room(1000, 60, 8);
    auto one = large.try_claim(400);
    ASSERT_TRUE(one);
    EXPECT_FALSE(large.try_claim(300));
    auto beside = large.try_claim(200);
    EXPECT_TRUE(beside);
    std::atomic<bool> stop{false};
    LargeStatements::Claim got;
    std::jthread waiter([&] { got = large.claim(5000, [&] { return stop.load(); }); });
    while (large.waiting() == 0) std::this_thread::yield();
    EXPECT_FALSE(large.try_claim(1)) << "nobody overtakes";
    one.reset();
    beside.reset();
    waiter.join();
    EXPECT_TRUE(got) << "more than there is, but alone";
    std::jthread cancelled([&] { EXPECT_FALSE(large.claim(100, [&] { return stop.load(); })); });
    while (large.waiting() == 0) std::this_thread::yield();
    stop = true;
    cancelled.join();
    EXPECT_EQ(large.waiting(), 0U);
}

}  // namespace
}  // namespace smew::pgsession
