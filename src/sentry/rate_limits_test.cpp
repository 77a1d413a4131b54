#include "sentry/rate_limits.hpp"

#include <gtest/gtest.h>

namespace smew::sentry {
namespace {

using std::chrono::seconds;

constexpr WallTime kNow{seconds(1'445'412'420)};  // Wed, 21 Oct 2015 07:27:00 GMT
constexpr SteadyTime kStart{};

RateLimits after(int status, std::string_view limits, std::string_view retry = "") {
    RateLimits made;
    made.update(status, limits, retry, kNow, kStart);
    return made;
}

TEST(RateLimits, RetryAfterIsADateOrSecondsAndElseAMinute) {
    for (const char* minute : {"60", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", ""}) {
        const RateLimits limits = after(429, "", minute);
        EXPECT_TRUE(limits.active(Category::kError, kStart + seconds(59))) << minute;
        EXPECT_FALSE(limits.active(Category::kError, kStart + seconds(60))) << minute;
    }
}

TEST(RateLimits, A429WithoutMoreStopsEverything) {
    const RateLimits limits = after(429, "", "5");
    for (std::size_t i = 0; i < kCategories; ++i) {
        EXPECT_TRUE(limits.active(static_cast<Category>(i), kStart + seconds(4)));
        EXPECT_FALSE(limits.active(static_cast<Category>(i), kStart + seconds(5)));
    }
    EXPECT_TRUE(after(429, "").active(Category::kError, kStart + seconds(59)));
    EXPECT_FALSE(after(500, "", "5").active(Category::kError, kStart));
}

TEST(RateLimits, HeaderHoldsAlsoOfA200) {
    const RateLimits limits = after(200, "60::key, 86400:transaction;span:organization:quota:ns");
    EXPECT_TRUE(limits.active(Category::kError, kStart + seconds(59)));
    EXPECT_FALSE(limits.active(Category::kError, kStart + seconds(61)));
    EXPECT_TRUE(limits.active(Category::kTransaction, kStart + seconds(86'000)));
}

TEST(RateLimits, AnUnknownCategoryIsNotAll) {
    const RateLimits limits = after(200, "60:replay;attachment:organization");
    for (std::size_t i = 0; i < kCategories; ++i) EXPECT_FALSE(limits.active(static_cast<Category>(i), kStart));
}

TEST(RateLimits, TheLongerLimitHolds) {
    RateLimits limits = after(200, "60:error:key");
    limits.update(200, "10:error:key", "", kNow, kStart);
    EXPECT_TRUE(limits.active(Category::kError, kStart + seconds(59)));
    limits.update(200, "x:error:key", "", kNow, kStart + seconds(60));  // no number: a minute
    EXPECT_TRUE(limits.active(Category::kError, kStart + seconds(119)));
}

}  // namespace
}  // namespace smew::sentry
