#include "observe/alert_rules.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace smew::observe {
namespace {

using std::chrono::seconds;

TEST(SlidingCounts, ForgetWhatIsOlderThanTheWindow) {
    SlidingCounts counts(seconds(60));
    const SteadyTime start{seconds(1000)};
    counts.add(start, 10, 1);
    counts.add(start + seconds(30), 10, 2);
    EXPECT_EQ(counts.sum(start + seconds(30)).all, 20U);
    EXPECT_EQ(counts.sum(start + seconds(59)).bad, 3U);
    EXPECT_EQ(counts.sum(start + seconds(60)).bad, 2U);
    EXPECT_EQ(counts.sum(start + seconds(90)).all, 0U);
    counts.add(start + seconds(600), 5, 0);  // the slots are used again
    EXPECT_EQ(counts.sum(start + seconds(600)).all, 5U);
}

TEST(Condition, ChangesOnceEachWay) {
    Condition condition;
    const auto always = [](bool) { return true; };
    EXPECT_EQ(condition.update(false, always), Condition::Change::kNone);
    EXPECT_EQ(condition.update(true, always), Condition::Change::kBegan);
    EXPECT_EQ(condition.update(true, always), Condition::Change::kNone);
    EXPECT_EQ(condition.update(false, always), Condition::Change::kEnded);
}

TEST(Condition, WhatMayNotBeToldWaits) {
    Condition condition;
    std::vector<bool> asked;
    bool may = false;
    const auto ask = [&](bool first) {
        asked.push_back(first);
        return may;
    };
    EXPECT_EQ(condition.update(true, ask), Condition::Change::kNone);
    EXPECT_EQ(condition.update(false, ask), Condition::Change::kNone) << "nobody was told that it began";
    EXPECT_EQ(condition.update(true, ask), Condition::Change::kNone);
    EXPECT_EQ(condition.update(true, ask), Condition::Change::kNone);
    may = true;
    EXPECT_EQ(condition.update(true, ask), Condition::Change::kBegan);
    EXPECT_EQ(asked, (std::vector<bool>{true, true, false, false}));
    EXPECT_EQ(condition.update(false, ask), Condition::Change::kEnded);
}

TEST(AlertRate, CountsWhatItHoldsBackOnce) {
    AlertRate rate(seconds(60));
    const SteadyTime start{seconds(1000)};
    EXPECT_TRUE(rate.admit(start, true));
    EXPECT_FALSE(rate.admit(start + seconds(1), true));
    EXPECT_FALSE(rate.admit(start + seconds(2), false));
    EXPECT_TRUE(rate.admit(start + seconds(60), false));
    EXPECT_EQ(rate.take_held_back(), 1U);
    EXPECT_EQ(rate.take_held_back(), 0U);
}

}  // namespace
}  // namespace smew::observe
