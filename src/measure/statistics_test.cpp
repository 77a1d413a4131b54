#include "measure/statistics.hpp"

#include "measure/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace smew::measure {
namespace {

// P95s of seconds resemble their neighbours: an autoregressive series as measured on real servers.
std::vector<double> seconds_of_p95(std::size_t count, double level, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> noise(0, 0.04 * level);
    std::vector<double> series(count);
    double last = 0;
    for (double& value : series) value = level + (last = 0.6 * last + noise(random));
    return series;
}

TEST(Statistics, MedianOfEvenAndOdd) {
    EXPECT_EQ(median(std::vector<double>{3, 1, 2}), 2);
    EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
    EXPECT_EQ(median(std::vector<double>{}), 0);
}

TEST(Statistics, TheilSenFindsTheSlopeAmongOutliers) {
    std::vector<double> x, y;
    for (int i = 0; i < 600; ++i) x.push_back(i), y.push_back(100 + 0.5 * i + (i % 50 == 0 ? 500 : 0));
    const Trend trend = theil_sen(x, y, 1);
    EXPECT_NEAR(trend.slope, 0.5, 0.02);
    EXPECT_GT(trend.ci95.low, 0.4);
}

TEST(Statistics, TheilSenOfNoiseIncludesZero) {
    int certain = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        std::vector<double> x, y = seconds_of_p95(300, 100, seed);
        for (std::size_t i = 0; i < y.size(); ++i) x.push_back(static_cast<double>(i));
        const Trend trend = theil_sen(x, y, seed);
        certain += trend.ci95.low > 0 || trend.ci95.high < 0;
    }
    EXPECT_LE(certain, 4);
}

TEST(Statistics, MannKendallTellsRiseFromNoise) {
    std::vector<double> rising, flat(40, 5), noise;
    std::mt19937_64 random(3);
    for (int i = 0; i < 40; ++i)
        rising.push_back(i + static_cast<double>(random() % 5)), noise.push_back(static_cast<double>(random() % 100));
    EXPECT_LT(mann_kendall_p(rising), 0.001);
    EXPECT_GT(mann_kendall_p(noise), 0.05);
    EXPECT_EQ(mann_kendall_p(flat), 1);
}

// Values by R: wilcox.test(1:10, 8:17, exact=FALSE)$p.value = 0.002827
TEST(Statistics, MannWhitneyAsR) {
    std::vector<double> a, b;
    for (int i = 1; i <= 10; ++i) a.push_back(i), b.push_back(i + 7);
    EXPECT_NEAR(mann_whitney_p(a, b), 0.0005, 0.0006);
    EXPECT_EQ(mann_whitney_p(a, a), 1);
}

// The acceptance test of comparing: identical servers are called worse at most twice in twenty, and a server that is a
// quarter slower is found.
TEST(Statistics, BlockBootstrapRarelyErrsAndFindsARealDifference) {
    int false_alarms = 0, found = 0;
    for (std::uint64_t repeat = 0; repeat < 20; ++repeat) {
        const auto a = seconds_of_p95(60, 100, 2 * repeat + 1), b = seconds_of_p95(60, 100, 2 * repeat + 2);
        const auto slow = seconds_of_p95(60, 125, 1000 + repeat);
        const Difference same = block_bootstrap(a, b, 1), more = block_bootstrap(a, slow, 1);
        false_alarms += same.p < 0.05 && same.percent > 5;
        found += more.p < 0.05 && more.percent > 5;
    }
    EXPECT_LE(false_alarms, 2);
    EXPECT_GE(found, 19);
}

TEST(Statistics, BlockBootstrapNeedsASeries) {
    const std::vector<double> one{5};
    EXPECT_EQ(block_bootstrap(one, one, 1).p, 1);
    // Three seconds a side: only a difference far beyond their spread is certain.
    const std::vector<double> a{10, 12, 11}, near{12, 13, 11}, far{100, 104, 99};
    EXPECT_GT(block_bootstrap(a, near, 1).p, 0.05);
    EXPECT_LT(block_bootstrap(a, far, 1).p, 0.01);
}

measure::Run run_with(std::uint64_t level_us, std::uint64_t seed) {
    measure::Run run;
    run.kind = "pgwire";
    run.main_metric = "pg.query";
    Stage& stage = run.stages.emplace_back();
    stage.name = "select-1 @ 10";
    stage.steady_to_s = 60;
    Metric& metric = stage.metrics.emplace_back("pg.query", false);
    stage.series.columns = {"t_s", "p50_us", "p95_us", "p99_us", "rate_per_s"};
    double second = 0;
    for (const double p95 : seconds_of_p95(60, static_cast<double>(level_us), seed)) {
        stage.series.rows.push_back({++second, p95 / 2, p95, p95 * 2, 1000});
        for (int i = 0; i < 100; ++i)
            metric.add({Phase::kSteady, Outcome::kOk, static_cast<std::uint64_t>(p95), 0, 1, 8});
    }
    return run;
}

TEST(Comparison, OneRunEachAndThreeRunsEach) {
    const auto rows = compare({run_with(1000, 1)}, {run_with(1400, 2)}, {}).value();
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[1].statistic, "P95");
    EXPECT_EQ(rows[1].change, Change::kWorse);
    EXPECT_NEAR(rows[1].percent, 40, 15);
    EXPECT_EQ(rows[3].change, Change::kSame);  // the rate
    EXPECT_TRUE(any_worse(rows));

    const std::vector<measure::Run> a{run_with(1000, 1), run_with(1010, 2), run_with(990, 3)};
    const std::vector<measure::Run> slower{run_with(1400, 4), run_with(1390, 5), run_with(1410, 6)};
    EXPECT_EQ(compare(a, slower, {}).value()[1].change, Change::kWorse);
    EXPECT_EQ(compare(slower, a, {}).value()[1].change, Change::kBetter);
    EXPECT_EQ(compare(a, a, {}).value()[1].change, Change::kSame);
}

// A run as a server gives it: ten stages whose speed drifts, operations drawn around it, figures by second from them.
measure::Run drawn_run(double level_us, std::uint64_t seed) {
    measure::Run run;
    run.main_metric = "pg.query";
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> spread(0, 0.5);
    for (int at = 0; at < 10; ++at) {
        Stage& stage = run.stages.emplace_back();
        stage.name = "stage " + std::to_string(at);
        stage.steady_to_s = 60;
        stage.series.columns = {"t_s", "p50_us", "p95_us", "p99_us", "rate_per_s"};
        Metric& metric = stage.metrics.emplace_back("pg.query", false);
        double second = 0;
        for (const double level : seconds_of_p95(60, level_us, random())) {
            Histogram seen;
            for (int i = 0; i < 100; ++i) {
                const auto us = static_cast<std::uint64_t>(level * spread(random));
                seen.add(us);
                metric.add({Phase::kSteady, Outcome::kOk, us, 0, 1, 8});
            }
            const auto p = [&](double percentile) { return static_cast<double>(seen.at_percentile(percentile)); };
            stage.series.rows.push_back({++second, p(50), p(95), p(99), 1e6 / level});
        }
    }
    return run;
}

// Forty rows, of which each tenth would differ by chance if each were judged alone.
TEST(Comparison, OfIdenticalServersIsRarelyWorseHoweverManyRows) {
    int false_alarms = 0;
    for (std::uint64_t repeat = 1; repeat <= 20; ++repeat) {
        const auto rows = compare({drawn_run(1000, 2 * repeat)}, {drawn_run(1000, 2 * repeat + 1)}, {}).value();
        ASSERT_EQ(rows.size(), 40U);
        false_alarms += any_worse(rows);
    }
    EXPECT_LE(false_alarms, 2);
    EXPECT_TRUE(any_worse(compare({drawn_run(1000, 1)}, {drawn_run(1200, 2)}, {}).value()));
}

TEST(Comparison, RunsOfOtherStagesAreRefused) {
    measure::Run other = run_with(1000, 1);
    other.stages.front().name = "join @ 10";
    EXPECT_FALSE(compare({run_with(1000, 1)}, {other}, {}).has_value());
}

}  // namespace
}  // namespace smew::measure
