#include "observe/history.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace smew::observe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class HistoryTest : public testing::Test {
protected:
    void advance(int times, const std::function<void()>& change = {}) {
        for (int i = 0; i < times; ++i) {
            clock_.advance(seconds(1));
            if (change) change();
            history_.tick();
        }
    }

    ManualClock clock_{WallTime(std::chrono::hours(24 * 365 * 50))};
    Measured now_;
    History history_{[this] { return now_; }, clock_};
};

TEST_F(HistoryTest, CountersBecomeRates) {
    history_.tick();
    advance(3, [this] { now_.metrics.queries += 20; });
    const auto intervals = history_.last(seconds(600));
    ASSERT_EQ(intervals.size(), 3U);
    EXPECT_DOUBLE_EQ(intervals[0].queries_per_second, 20);
    EXPECT_EQ(intervals[2].end, clock_.now());
    EXPECT_FALSE(intervals[0].any_query);  // no duration was counted
}

TEST_F(HistoryTest, SecondsAreSmoothedButCountsAreNot) {
    history_.tick();
    int second = 0;
    advance(20, [&] {
        now_.metrics.queries += ++second % 2 == 0 ? 20 : 0;  // two reports in every other second
        now_.metrics.slow_queries += second == 10 ? 3 : 0;
    });
    const auto intervals = history_.last(seconds(600));
    for (std::size_t i = 5; i < intervals.size(); ++i) EXPECT_NEAR(intervals[i].queries_per_second, 10, 2.1);
    EXPECT_EQ(intervals[9].slow_queries, 3);
    EXPECT_EQ(intervals[10].slow_queries, 0);
}

TEST_F(HistoryTest, CoarsePointsKeepPeaks) {
    history_.tick();
    advance(5);
    now_.worker_bytes = 7e9;
    advance(1);
    now_.worker_bytes = 1;
    advance(4);
    const auto intervals = history_.last(std::chrono::hours(1));
    ASSERT_EQ(intervals.size(), 1U);
    EXPECT_EQ(intervals[0].worker_bytes, 7e9);
}

TEST_F(HistoryTest, EachResolutionReachesAsFarAsItSays) {
    history_.tick();
    advance(3 * 3600 + 500, [this] { now_.metrics.queries += 1; });
    EXPECT_EQ(history_.last(seconds(600)).size(), 600U);
    EXPECT_EQ(history_.last(std::chrono::hours(3)).size(), 1080U);
    EXPECT_EQ(history_.last(std::chrono::hours(24)).size(), 188U);
    for (const auto& interval : history_.last(std::chrono::hours(24))) EXPECT_DOUBLE_EQ(interval.queries_per_second, 1);
}

TEST_F(HistoryTest, MemoryIsBounded) {
    for (int minute = 0; minute < 30 * 60; ++minute) {
        clock_.advance(seconds(60));
        history_.tick();
    }
    EXPECT_EQ(history_.last(std::chrono::hours(48)).size(), 1440U);
}

TEST(Quantile, LiesBetweenTheBoundsOfItsBucket) {
    std::array<double, kDurationBucketCount> counts{};
    EXPECT_EQ(quantile(counts, 0.5), 0);
    counts[duration_bucket(milliseconds(25))] = 100;  // 20 to 25 ms
    EXPECT_NEAR(quantile(counts, 0.5), 0.0225, 1e-9);
    counts[duration_bucket(milliseconds(160))] = 100;  // 125 to 160 ms
    EXPECT_NEAR(quantile(counts, 0.5), 0.025, 1e-9);
    EXPECT_NEAR(quantile(counts, 0.75), 0.1425, 1e-9);
    counts = {};
    counts.back() = 3;
    EXPECT_EQ(quantile(counts, 0.99), 60);
}

// Durations of a short statement as they are met: a tail over three decades.
TEST(Quantile, IsCloseToTheExactOne) {
    std::array<double, kDurationBucketCount> counts{};
    std::vector<double> exact;
    for (int i = 1; i <= 10'000; ++i) {
        const double taken = 0.00008 * std::pow(10'001.0 / (10'001 - i), 0.9);
        exact.push_back(taken);
        counts[duration_bucket(std::chrono::microseconds(std::llround(taken * 1e6)))] += 1;
    }
    for (const double share : {0.5, 0.9, 0.95, 0.99, 0.999}) {
        const double right = exact[static_cast<std::size_t>(share * 10'000) - 1];
        EXPECT_NEAR(quantile(counts, share), right, right * 0.1) << share;
    }
}

}  // namespace
}  // namespace smew::observe
