#include "observe/latency_watch.hpp"

#include <gtest/gtest.h>

namespace smew::observe {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class LatencyWatchTest : public testing::Test {
protected:
    // Statements that take so long, a hundred a minute.
    LatencyWatch::Verdict run(minutes time, std::chrono::milliseconds each) {
        LatencyWatch::Verdict last;
        for (seconds passed{0}; passed < time; passed += seconds(6)) {
            LatencyWatch::Counts counts{};
            counts[duration_bucket(each)] = 10;
            now_ += seconds(6);
            watch_.add(now_, counts);
            last = watch_.look(now_);
        }
        return last;
    }

    config::Settings settings_;
    LatencyWatch watch_{settings_};
    SteadyTime now_ = SteadyTime{} + std::chrono::hours(5);
};

TEST_F(LatencyWatchTest, TellsTheLimit) {
    EXPECT_FALSE(run(minutes(6), std::chrono::milliseconds(700)).slow);
    const auto verdict = run(minutes(6), std::chrono::milliseconds(4000));
    EXPECT_TRUE(verdict.slow);
    EXPECT_GT(verdict.p95_seconds, 2.5);
    EXPECT_NE(verdict.why.find("the limit is 2.5 s"), std::string::npos) << verdict.why;
    EXPECT_FALSE(run(minutes(6), std::chrono::milliseconds(5)).slow);
}

TEST_F(LatencyWatchTest, TellsASpikeAgainstTheHourBefore) {
    EXPECT_FALSE(run(minutes(30), std::chrono::milliseconds(5)).slow);
    const auto verdict = run(minutes(5), std::chrono::milliseconds(400));
    EXPECT_TRUE(verdict.slow);
    EXPECT_NE(verdict.why.find("in the hour before"), std::string::npos) << verdict.why;
    // What lasts becomes the usual.
    EXPECT_FALSE(run(minutes(90), std::chrono::milliseconds(400)).slow);
}

TEST_F(LatencyWatchTest, FewStatementsAndSettingsOfZeroSayNothing) {
    LatencyWatch::Counts counts{};
    counts[duration_bucket(seconds(20))] = 5;
    watch_.add(now_, counts);
    EXPECT_FALSE(watch_.look(now_).slow);
    settings_.alert_latency_p95_ms = 0;
    settings_.alert_latency_spike_factor = 0;
    EXPECT_FALSE(run(minutes(6), seconds(20)).slow);
}

TEST_F(LatencyWatchTest, ForgetsAWorkspaceThatRests) {
    EXPECT_TRUE(watch_.forgotten(now_));
    run(minutes(1), std::chrono::milliseconds(5));
    EXPECT_FALSE(watch_.forgotten(now_ + minutes(30)));
    EXPECT_TRUE(watch_.forgotten(now_ + std::chrono::hours(2)));
}

}  // namespace
}  // namespace smew::observe
