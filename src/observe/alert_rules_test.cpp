#include "observe/alert_rules.hpp"

#include <gtest/gtest.h>

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
    EXPECT_EQ(condition.update(false), Condition::Change::kNone);
    EXPECT_EQ(condition.update(true), Condition::Change::kBegan);
    EXPECT_EQ(condition.update(true), Condition::Change::kNone);
    EXPECT_EQ(condition.update(false), Condition::Change::kEnded);
}

}  // namespace
}  // namespace smew::observe
