#include "load/arrivals.hpp"

#include "load/text_template.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace smew::load {
namespace {

StagePlan plan_of(Arrivals arrivals, double rate) {
    StagePlan plan;
    plan.arrivals = arrivals;
    plan.rate_per_s = rate;
    return plan;
}

TEST(ArrivalTimes, ConstantOnesAreEquallyFar) {
    ArrivalTimes times(plan_of(Arrivals::kConstant, 500), 0, 1);
    for (int i = 1; i <= 5000; ++i) EXPECT_NEAR(times.next(), i / 500.0, 1e-6);
}

TEST(ArrivalTimes, PoissonOnesHaveTheRateAndTheSpread) {
    ArrivalTimes times(plan_of(Arrivals::kPoisson, 1000), 0, 7);
    double last = 0, squares = 0;
    constexpr int kCount = 100'000;
    for (int i = 0; i < kCount; ++i) {
        const double next = times.next();
        squares += (next - last) * (next - last);
        last = next;
    }
    EXPECT_NEAR(kCount / last, 1000, 20);
    // The mean square of exponential distances is twice the square of their mean.
    EXPECT_NEAR(squares / kCount, 2e-6, 1e-7);
}

TEST(ArrivalTimes, TheRateRisesEvenly) {
    StagePlan plan = plan_of(Arrivals::kConstant, 100);
    plan.rate_from_per_s = 10;
    ArrivalTimes times(plan, 10, 1);
    int first = 0, second = 0, after = 0;
    for (double at = times.next(); at < 20; at = times.next()) ++(at < 5 ? first : at < 10 ? second : after);
    EXPECT_NEAR(first, 162, 5);  // 5 s at 10 to 55 a second
    EXPECT_NEAR(second, 387, 5);
    EXPECT_NEAR(after, 1000, 5);
}

TEST(ArrivalTimes, TheSameSeedGivesTheSameTimes) {
    ArrivalTimes a(plan_of(Arrivals::kPoisson, 50), 0, 3), b(plan_of(Arrivals::kPoisson, 50), 0, 3);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(TextTemplate, FillsPlacesAndLeavesOtherBraces) {
    const TextTemplate text(R"({"id":"{id}","n":{number},"u":{user},"x":{}})");
    EXPECT_EQ(text.filled({7, 3, 0, 0, "m7"}), R"({"id":"m7","n":7,"u":3,"x":{}})");
}

TEST(TextTemplate, NumbersStayInTheirRangeAndFollowTheSeed) {
    const TextTemplate text("{int:-2:2}");
    for (std::uint64_t random = 0; random < 200; ++random) {
        const int value = std::stoi(text.filled({0, 0, 0, random, ""}));
        EXPECT_LE(std::abs(value), 2);
        EXPECT_EQ(text.filled({0, 0, 0, random, ""}), std::to_string(value));
    }
}

TEST(TextTemplate, BecomesParametersWithoutTheirQuotes) {
    const TextTemplate text("INSERT INTO t VALUES ({int:1:1}, '{text:4}', {number})");
    EXPECT_EQ(text.with_parameters(), "INSERT INTO t VALUES ($1, $2, $3)");
    const auto values = text.parameters({9, 0, 0, 5, ""});
    ASSERT_EQ(values.size(), 3U);
    EXPECT_EQ(values[0], "1");
    EXPECT_EQ(values[1].size(), 4U);
    EXPECT_EQ(values[2], "9");
}

TEST(TextTemplate, WhatIsNoPlaceIsText) {
    for (const char* text : {"{", "}", "{int:5:1}", "{int:a:b}", "{text:-1}", "{other}", "a{b"})
        EXPECT_EQ(TextTemplate(text).filled({}), text);
}

}  // namespace
}  // namespace smew::load
