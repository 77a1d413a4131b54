#include "fleet/turn_lease.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace smew::fleet {
namespace {

using namespace std::chrono_literals;

const ProjectId kShop{"shop"}, kOther{"other"};
constexpr SteadyTime kStart{};

std::vector<std::size_t> lend(std::uint32_t all, std::vector<TurnHolder> holders, SteadyTime now = kStart) {
    return lend_turns({.all = all}, holders, now);
}

TEST(TurnLease, CountsWhatWasLentUntilTheWorkerGoesByLess) {
    TurnLease lease(4, kStart);
    EXPECT_EQ(lease.held(), 4U);
    lease.lend(1, kStart);
    EXPECT_EQ(lease.held(), 4U) << "it has not heard of it";
    lease.hear({.order = 0, .taken = 0}, kStart);
    EXPECT_EQ(lease.held(), 4U) << "said before it heard";
    lease.hear({.order = 1, .taken = 3}, kStart);
    EXPECT_EQ(lease.held(), 3U) << "these go on";
    lease.hear({.order = 1, .taken = 0}, kStart);
    EXPECT_EQ(lease.held(), 1U);
}

// What is under way to a worker may be in use before it says so.
TEST(TurnLease, WhatWasLentIsNotTakenBackBeforeItArrived) {
    TurnLease one(0, kStart), other(0, kStart);
    const std::vector<TurnHolder> holders{{kShop, one, 16}, {kShop, other, 16}};
    one.hear({.order = 0, .waiting = 1}, kStart);
    EXPECT_EQ(lend(1, holders), (std::vector<std::size_t>{0}));
    other.hear({.order = 0, .waiting = 1}, kStart + 1s);
    EXPECT_TRUE(lend(1, holders).empty()) << "the first has not had it";
    one.hear({.order = 1, .taken = 1}, kStart + 2s);
    EXPECT_EQ(lend(1, holders), (std::vector<std::size_t>{0})) << "the other's next";
    EXPECT_EQ(one.lent().turns, 0U);
    one.hear({.order = 1, .taken = 0}, kStart + 2s);
    EXPECT_TRUE(lend(1, holders).empty()) << "it may have begun another";
    one.hear({.order = 2, .taken = 1}, kStart + 2s);
    EXPECT_TRUE(lend(1, holders).empty());
    one.hear({.order = 2}, kStart + 3s);
    EXPECT_EQ(lend(1, holders), (std::vector<std::size_t>{1}));
    EXPECT_EQ(other.lent().turns, 1U);
}

// Else two that are idle would hand one turn to and fro for ever.
TEST(TurnLease, WhereNobodyWaitsNothingIsMoved) {
    TurnLease one(2, kStart), other(1, kStart + 1s), third(0, kStart + 2s);
    const std::vector<TurnHolder> holders{{kShop, one, 16}, {kShop, other, 16}, {kShop, third, 16}};
    int orders = 0;
    for (int i = 0; i < 20; ++i) {
        for (const std::size_t at : lend(3, holders, kStart + std::chrono::seconds(i))) {
            ++orders;
            holders[at].lease.hear({.order = holders[at].lease.lent().order}, kStart);
        }
    }
    EXPECT_LE(orders, 2) << "one each, and then no more";
}

TEST(TurnLease, AQueueInOneWorkerDoesNotKeepOthersWaiting) {
    TurnLease busy(1, kStart), single(0, kStart);
    const std::vector<TurnHolder> holders{{kShop, busy, 16}, {kShop, single, 16}};
    busy.hear({.order = 0, .taken = 1, .waiting = 9}, kStart);
    single.hear({.order = 0, .waiting = 1}, kStart + 1s);
    lend(1, holders, kStart + 1s);
    busy.hear({.order = busy.lent().order, .taken = 0, .waiting = 9}, kStart + 2s);
    lend(1, holders, kStart + 2s);
    EXPECT_EQ(single.lent().turns, 1U) << "it has been hungry for longer, though the other's queue is older";
}

TEST(TurnLease, HoldsForEachProjectToo) {
    TurnLease one(0, kStart), two(0, kStart), stranger(0, kStart);
    for (TurnLease* lease : {&one, &two, &stranger}) lease->hear({.order = 0, .waiting = 3}, kStart);
    const std::vector<TurnHolder> holders{{kShop, one, 16}, {kShop, two, 16}, {kOther, stranger, 2}};
    lend_turns({.all = 10, .of_project = 3}, holders, kStart);
    EXPECT_EQ(one.lent().turns + two.lent().turns, 3U);
    EXPECT_EQ(stranger.lent().turns, 2U);
    EXPECT_EQ(free_turns({.all = 10, .of_project = 3}, holders, kShop), 0U);
    EXPECT_EQ(free_turns({.all = 10, .of_project = 3}, holders, kOther), 1U);
    for (TurnLease* lease : {&one, &two, &stranger}) lease->hear({.order = 1, .taken = 1}, kStart);
    lend_turns({}, holders, kStart);
    EXPECT_EQ(one.lent().turns, kNoTurnLimit);
}

TEST(TurnLease, OneThatDoesNotListenKeepsWhatItHas) {
    TurnLease starting(3, kStart), ready(0, kStart);
    ready.hear({.order = 0, .waiting = 4}, kStart);
    const std::vector<TurnHolder> holders{{kShop, starting, 16, false}, {kShop, ready, 16}};
    lend(4, holders);
    EXPECT_EQ(starting.lent().turns, 3U);
    EXPECT_EQ(ready.lent().turns, 1U);
}

// Workers as they are, whose messages take their time, and whose statements begin and end whenever.
class Machine {
public:
    explicit Machine(unsigned seed, TurnLimits limits) : random_(seed), limits_(limits) {
        for (Worker& worker : workers_) {
            const std::uint32_t turns = std::min(worker.own, free_turns(limits_, holders(), *worker.project));
            worker.lease = TurnLease(turns, now_);
            worker.lent.turns = turns;
        }
    }

    // In every state that the interleavings lead to.
    void check() {
        std::uint64_t all = 0, shop = 0;
        for (const Worker& worker : workers_) {
            ASSERT_LE(worker.taken, worker.own);
            all += worker.taken;
            if (worker.project == &kShop) shop += worker.taken;
        }
        ASSERT_LE(all, limits_.all);
        ASSERT_LE(shop, limits_.of_project);
    }

    void step(bool more_statements) {
        now_ += 1ms;
        Worker& worker = workers_[random_() % workers_.size()];
        switch (random_() % 4) {
            case 0:
                if (more_statements) arrive(worker);
                break;
            case 1:
                if (worker.taken > 0) end(worker);
                break;
            case 2:
                hear_order(worker);
                break;
            default:
                hear_report(worker);
        }
    }

    bool done() const {
        return std::ranges::all_of(workers_,
                                   [](const Worker& worker) { return worker.taken == 0 && worker.waiting == 0; });
    }
    std::uint64_t ended() const { return ended_; }
    std::uint64_t arrived() const { return arrived_; }

private:
    struct Worker {
        const ProjectId* project;
        std::uint32_t own;
        TurnLease lease{};
        std::deque<link::LendTurns> orders{};
        std::deque<link::TurnsUsed> reports{};
        // What it knows and does itself.
        link::LendTurns lent{};
        std::uint32_t taken = 0, waiting = 0;
        std::uint32_t limit() const { return std::min(own, lent.turns); }
    };

    std::vector<TurnHolder> holders() {
        std::vector<TurnHolder> all;
        for (Worker& worker : workers_) all.push_back({*worker.project, worker.lease, worker.own});
        return all;
    }
    static void report(Worker& worker) {
        worker.reports.push_back({.order = worker.lent.order, .taken = worker.taken, .waiting = worker.waiting});
    }
    void arrive(Worker& worker) {
        ++arrived_;
        ++worker.waiting;
        if (worker.taken < worker.limit())
            start(worker);
        else if (worker.waiting == 1)
            report(worker);
    }
    static void start(Worker& worker) {
        --worker.waiting;
        ++worker.taken;
    }
    void end(Worker& worker) {
        ++ended_;
        --worker.taken;
        if (worker.taken < worker.limit() && worker.waiting > 0)
            start(worker);
        else if (worker.taken >= worker.limit())
            report(worker);
    }
    void hear_order(Worker& worker) {
        if (worker.orders.empty()) return;
        worker.lent = worker.orders.front();
        worker.orders.pop_front();
        while (worker.waiting > 0 && worker.taken < worker.limit()) start(worker);
        report(worker);
    }
    void hear_report(Worker& worker) {
        if (worker.reports.empty()) return;
        worker.lease.hear(worker.reports.front(), now_);
        worker.reports.pop_front();
        for (const std::size_t i : lend_turns(limits_, holders(), now_))
            workers_[i].orders.push_back(workers_[i].lease.lent());
    }

    std::mt19937 random_;
    const TurnLimits limits_;
    SteadyTime now_{};
    std::uint64_t arrived_ = 0, ended_ = 0;
    std::vector<Worker> workers_{{&kShop, 16}, {&kShop, 1}, {&kShop, 3}, {&kOther, 2}, {&kOther, 16}};
};

TEST(TurnLease, InNoOrderOfEventsDoMoreRunOrDoesOneWaitForEver) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        Machine machine(seed, {.all = 1 + seed % 7, .of_project = seed % 3 == 0 ? kNoTurnLimit : 1 + seed % 4});
        for (int i = 0; i < 3000; ++i) {
            machine.step(true);
            ASSERT_NO_FATAL_FAILURE(machine.check()) << "seed " << seed;
        }
        // Nobody sends more: what waits comes to its turn.
        for (int i = 0; i < 200'000 && !machine.done(); ++i) {
            machine.step(false);
            ASSERT_NO_FATAL_FAILURE(machine.check()) << "seed " << seed;
        }
        ASSERT_TRUE(machine.done()) << "seed " << seed;
        ASSERT_EQ(machine.ended(), machine.arrived());
    }
}

}  // namespace
}  // namespace smew::fleet
