#include "measure/judge.hpp"

#include <gtest/gtest.h>

namespace smew::measure {
namespace {

// 60 s of steady: 10 ms each, but for seconds 20 to 30, which take 300 ms; one failure a second.
Stage stage_with_a_slow_stretch() {
    Stage stage;
    stage.name = "steady";
    stage.users = 100;
    stage.steady_to_s = 60;
    Metric& metric = stage.metrics.emplace_back("ws.msg", false);
    for (int second = 1; second <= 60; ++second) {
        const std::uint64_t us = second > 20 && second <= 30 ? 300'000 : 10'000;
        for (int i = 0; i < 99; ++i) metric.add({Phase::kSteady, Outcome::kOk, us, us, 1, 1});
        metric.add({Phase::kSteady, Outcome::kFailed, 5, 5, 0, 0});
        metric.end_second(second, 3600, true);
    }
    metric.add({Phase::kRamp, Outcome::kOk, 900'000, 0, 0, 0});
    stage.scalars = {{"users.peak", 98}, {"success", 99.0}, {"degradation", 1.5}, {"rss.slope", 2.5}};
    return stage;
}

Judgement judged(const std::string& text, bool strict = false) {
    std::deque<Stage> stages;
    stages.push_back(stage_with_a_slow_stretch());
    return judge(parse_target(text).value(), stages, strict);
}
Status status(const std::string& text, bool strict = false) {
    return judged(text, strict).status;
}

TEST(Target, EveryComparison) {
    EXPECT_EQ(status("ws.msg med<11ms"), Status::kMet);
    EXPECT_EQ(status("ws.msg med<=10.1ms"), Status::kMet);
    EXPECT_EQ(status("ws.msg med>11ms"), Status::kFailed);
    EXPECT_EQ(status("ws.msg count>=6000"), Status::kMet);
    EXPECT_EQ(status("ws.msg count==6000"), Status::kMet);
    EXPECT_EQ(status("ws.msg count!=6000"), Status::kFailed);
}

TEST(Target, EveryUnit) {
    EXPECT_EQ(parse_target("ws.msg p95<2s").value().required, 2e6);
    EXPECT_EQ(parse_target("ws.msg p95 < 1.5m").value().required, 9e7);
    EXPECT_EQ(parse_target("ws.msg p95<250us").value().required, 250);
    EXPECT_EQ(parse_target("ws.msg p95<7ms").value().required, 7000);
    EXPECT_EQ(parse_target("success rate>95%").value().required, 95);
    EXPECT_EQ(parse_target("rss slope<5%/h").value().required, 5);
    EXPECT_EQ(parse_target("ws.msg rate>10/s").value().required, 10);
    EXPECT_EQ(parse_target("x value<3MiB").value().required, 3 << 20);
    EXPECT_EQ(parse_target("degradation ratio<1.25x").value().required, 1.25);
}

TEST(Target, EveryStatistic) {
    EXPECT_EQ(status("ws.msg min>=10ms"), Status::kMet);
    EXPECT_EQ(status("ws.msg max<301ms"), Status::kMet);
    EXPECT_EQ(status("ws.msg mean<59ms"), Status::kMet);
    EXPECT_EQ(status("ws.msg avg>58ms"), Status::kMet);
    EXPECT_EQ(status("ws.msg stddev>100ms"), Status::kMet);
    EXPECT_EQ(status("ws.msg p(99.9)<301ms"), Status::kMet);
    EXPECT_EQ(status("ws.msg rate>98/s"), Status::kMet);
    EXPECT_EQ(status("ws.msg success>98.9%"), Status::kMet);
    EXPECT_EQ(status("success rate>99.5%"), Status::kFailed);
    EXPECT_EQ(status("degradation ratio<1.25"), Status::kFailed);
    EXPECT_EQ(status("rss slope<5%/h"), Status::kMet);
}

TEST(Target, EveryWindow) {
    EXPECT_EQ(status("ws.msg p95<200ms"), Status::kFailed);
    EXPECT_EQ(status("ws.msg p95<200ms over last:20s"), Status::kMet);
    EXPECT_EQ(status("ws.msg p95<200ms over stage:steady"), Status::kFailed);
    EXPECT_EQ(status("ws.msg max<1s over all"), Status::kMet);
    EXPECT_EQ(status("ws.msg max<800ms over all"), Status::kFailed);
    EXPECT_EQ(status("ws.msg max<800ms over ramp"), Status::kFailed);
    const Judgement every = judged("ws.msg p50<200ms over every:10s");
    EXPECT_EQ(every.status, Status::kFailed);
    EXPECT_EQ(every.first_failed_at_s, 30);
    EXPECT_EQ(status("ws.msg p50<400ms over every:10s"), Status::kMet);
    EXPECT_EQ(status("ws.msg p50<400ms over stage:other"), Status::kNotEvaluated);
}

TEST(Target, AbortAndBaseline) {
    EXPECT_EQ(parse_target("ws.msg p95<2s abort").value().abort_after_s, 0);
    EXPECT_EQ(parse_target("ws.msg p95<2s over last:30s abort after 1m").value().abort_after_s, 60);
    const Target baseline = parse_target("ws.msg p95<=1.10x baseline p<0.05").value();
    EXPECT_TRUE(baseline.baseline);
    EXPECT_EQ(baseline.required, 1.10);
    EXPECT_EQ(baseline.alpha, 0.05);
}

TEST(Target, TooFewSamplesIsNotMet) {
    std::deque<Stage> stages;
    Stage& stage = stages.emplace_back();
    Metric& metric = stage.metrics.emplace_back("ws.msg", false);
    for (int i = 0; i < 99; ++i) metric.add({Phase::kSteady, Outcome::kOk, 10, 10, 0, 0});
    Target target = parse_target("ws.msg p99<1s").value();
    EXPECT_EQ(judge(target, stages, false).status, Status::kTooFew);
    target.by_default = true;
    EXPECT_EQ(judge(target, stages, false).status, Status::kNotEvaluated);
    metric.add({Phase::kSteady, Outcome::kOk, 10, 10, 0, 0});
    EXPECT_EQ(judge(target, stages, false).status, Status::kMet);
}

TEST(Target, FewerUsersThanTheTargetIsNotEvaluatedUnlessStrict) {
    EXPECT_EQ(status("users.peak>=100"), Status::kFailed);  // 100 were asked for, 98 came
    EXPECT_EQ(status("users.peak>=200"), Status::kNotEvaluated);
    EXPECT_EQ(status("users.peak>=200", true), Status::kFailed);
    EXPECT_EQ(status("fd.leak==0"), Status::kNotEvaluated);
    EXPECT_EQ(status("fd.leak==0", true), Status::kFailed);
}

TEST(Target, WrongOnesSayWhy) {
    for (const char* text :
         {"", "p95<2s <", "ws.msg p95", "ws.msg p95<", "ws.msg p95<2parsec", "ws.msg p95~2s", "ws.msg p101<2s",
          "ws.msg p95<2s over sometimes", "ws.msg p95<2s over every:", "ws.msg p95<2s soon"}) {
        const auto target = parse_target(text);
        ASSERT_FALSE(target.has_value()) << text;
        EXPECT_EQ(target.error().code, sqlstate::kInvalidParameterValue);
        EXPECT_FALSE(target.error().hint.empty());
    }
}

TEST(Target, UnknownMetricsAreRefusedBeforeTheRun) {
    const std::vector<Target> targets{parse_target("ws.mgs p95<2s").value()};
    EXPECT_FALSE(check_names(targets, {"ws.msg", "ws.connect"}).has_value());
    EXPECT_TRUE(check_names({parse_target("users.peak>=100").value()}, {"ws.msg"}).has_value());
}

}  // namespace
}  // namespace smew::measure
