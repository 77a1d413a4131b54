#include "outbox/retry_after.hpp"

#include <gtest/gtest.h>

namespace smew::outbox {
namespace {

using std::chrono::seconds;

constexpr WallTime kNow{seconds(1'445'412'420)};  // Wed, 21 Oct 2015 07:27:00 GMT

TEST(RetryAfter, IsSecondsOrADate) {
    EXPECT_EQ(parse_retry_after("17", kNow), seconds(17));
    EXPECT_EQ(parse_retry_after(" 1.2 ", kNow), seconds(2));
    EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", kNow), seconds(60));
    EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:20:00 GMT", kNow), seconds(0));
}

TEST(RetryAfter, OtherTextsAreNone) {
    for (const char* text : {"", "soon", "-1", "nan", "17 s", "Wed, 21 Oct"}) {
        EXPECT_FALSE(parse_retry_after(text, kNow)) << text;
    }
    EXPECT_FALSE(parse_seconds("Wed, 21 Oct 2015 07:28:00 GMT"));
}

TEST(RetryAfter, IsBounded) {
    EXPECT_EQ(parse_retry_after("1e300", kNow), kLongestRetryAfter);
    EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2099 07:28:00 GMT", kNow), kLongestRetryAfter);
}

}  // namespace
}  // namespace smew::outbox
