#include "measure/recording.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <malloc.h>
#include <random>

namespace smew::measure {
namespace {

std::size_t allocated_bytes() {
    return ::mallinfo2().uordblks;
}

// Operations of `seconds` seconds, a thousand each, as a stage records them.
void record(Metric& metric, Errors& errors, int seconds, std::mt19937_64& random) {
    std::lognormal_distribution<double> latency(7, 2);
    for (int second = 0; second < seconds; ++second) {
        for (int i = 0; i < 1000; ++i) {
            const auto us = static_cast<std::uint64_t>(latency(random));
            const Outcome outcome = i % 50 == 0 ? Outcome::kFailed : Outcome::kOk;
            metric.add({Phase::kSteady, outcome, us, us / 2, 1, 8});
            if (outcome == Outcome::kFailed) errors.add("sqlstate", std::to_string(random()), "no", second);
        }
        metric.end_second(second, 0, true);
    }
}

// Acceptance test 7 of the tester's design, without waiting for the ten minutes: k6 keeps each sample and grows.
TEST(Metric, TakesNoMoreMemoryAfterTenMinutesThanAfterOne) {
    Metric metric("pg.query", true);
    Errors errors;
    std::mt19937_64 random(5);
    metric.add({Phase::kSteady, Outcome::kOk, Histogram::kHighest, Histogram::kHighest, 1, 8});
    metric.add({Phase::kSteady, Outcome::kFailed, Histogram::kHighest, 0, 0, 0});
    record(metric, errors, 60, random);
    const std::size_t after_one = allocated_bytes();
    record(metric, errors, 540, random);
    EXPECT_EQ(metric.phase(Phase::kSteady).done(), 600'002U);
    EXPECT_LT(static_cast<double>(allocated_bytes()) - static_cast<double>(after_one), 512 << 10);
}

TEST(Metric, KeepsItsSecondsForWindowsOnlySoLong) {
    Metric metric("pg.query", false);
    for (int second = 1; second <= 50; ++second) {
        metric.add({Phase::kSteady, Outcome::kOk, 10, 10, 1, 8});
        metric.end_second(second, 20, true);
    }
    ASSERT_EQ(metric.seconds().size(), 20U);
    EXPECT_EQ(metric.seconds().front().at_s, 31);
}

TEST(Metric, KeepsPhasesApartAndFailuresOutOfLatencies) {
    Metric metric("pg.query", true);
    metric.add({Phase::kWarmUp, Outcome::kOk, 900, 900, 1, 8});
    metric.add({Phase::kSteady, Outcome::kOk, 100, 60, 2, 16});
    metric.add({Phase::kSteady, Outcome::kTimedOut, 5000, 0, 0, 0});
    const Tally& steady = metric.phase(Phase::kSteady);
    EXPECT_EQ(steady.response.max(), 100U);
    EXPECT_EQ(steady.service.max(), 60U);
    EXPECT_EQ(steady.failures.count(), 1U);
    EXPECT_EQ(steady.timed_out, 1U);
    EXPECT_EQ(metric.all().done(), 3U);
    EXPECT_EQ(metric.all().response.max(), 900U);
}

TEST(Errors, OfTooManyKindsAreCountedTogether) {
    Errors errors;
    for (int i = 0; i < 1000; ++i) errors.add("sqlstate", std::to_string(i), "text", i);
    const auto list = errors.most_frequent_first();
    EXPECT_LE(list.size(), 201U);
    EXPECT_EQ(list.front().kind, "other");
    EXPECT_EQ(list.front().count, 800U);
}

}  // namespace
}  // namespace smew::measure
