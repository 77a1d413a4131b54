#include "tracing/propagation.hpp"

#include <gtest/gtest.h>

namespace smew::tracing {
namespace {

constexpr std::string_view kTrace = "771a43a4192642f0b136d5159a501700", kSpan = "7d5f01d41f7f4b2a";
const std::string kParent = "00-771a43a4192642f0b136d5159a501700-7d5f01d41f7f4b2a-01";

TEST(Propagation, ReadsTraceparent) {
    const auto found = continuation_of({.traceparent = kParent});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->trace.hex(), kTrace);
    EXPECT_EQ(found->parent.hex(), kSpan);
    EXPECT_EQ(found->sampled, true);
    EXPECT_EQ(traceparent_text(found->trace, found->parent, true), kParent);
}

TEST(Propagation, RefusesWhatIsNoTraceparent) {
    for (const std::string_view text : {"", "00", "00-771a43a4192642f0b136d5159a501700-7d5f01d41f7f4b2a", "00-0-0-0",
                                        "ff-771a43a4192642f0b136d5159a501700-7d5f01d41f7f4b2a-01",
                                        "00-00000000000000000000000000000000-7d5f01d41f7f4b2a-01",
                                        "00-771a43a4192642f0b136d5159a501700-0000000000000000-01",
                                        "00-771a43a4192642f0b136d5159a501700-7d5f01d41f7f4b2a-0x",
                                        "00-771a43a4192642f0b136d5159a501700-7d5f01d41f7f4b2a-01-more",
                                        "0g-771a43a4192642f0b136d5159a501700-7d5f01d41f7f4b2a-01"}) {
        EXPECT_FALSE(continuation_of({.traceparent = text})) << text;
    }
    // A later version may append.
    EXPECT_TRUE(continuation_of({.traceparent = "01-771a43a4192642f0b136d5159a501700-7d5f01d41f7f4b2a-00-more"}));
}

TEST(Propagation, SentryTraceWinsAndMayLeaveTheDecisionOpen) {
    const std::string open = std::string(kTrace) + "-" + std::string(kSpan);
    const auto found = continuation_of(
        {.traceparent = "00-11111111111111111111111111111111-2222222222222222-01", .sentry_trace = open});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->trace.hex(), kTrace);
    EXPECT_FALSE(found->sampled);
    EXPECT_EQ(continuation_of({.sentry_trace = open + "-0"})->sampled, false);
    EXPECT_EQ(sentry_trace_text(found->trace, found->parent, true), open + "-1");
    EXPECT_FALSE(continuation_of({.sentry_trace = open + "-2"}));
}

TEST(Propagation, BaggageGoesThroughAndBack) {
    const std::string baggage = "other=1;p, sentry-trace_id=" + std::string(kTrace) +
                                ",sentry-release=smew%400.1.0, sentry-sample_rand=0.123456 ,third=x";
    const auto found = continuation_of({.traceparent = kParent, .baggage = baggage});
    ASSERT_TRUE(found);
    EXPECT_EQ(find_pair(found->sampling_context, "release"), "smew@0.1.0");
    EXPECT_EQ(find_pair(found->sampling_context, "sample_rand"), "0.123456");
    EXPECT_EQ(found->other_baggage, "other=1;p,third=x");
    const std::string sent = baggage_text({{"release", "a b,c=%"}}, found->other_baggage);
    EXPECT_EQ(sent, "sentry-release=a%20b%2Cc%3D%25,other=1;p,third=x");
}

TEST(Propagation, AContextOfAnotherTraceIsNotTaken) {
    const auto found = continuation_of(
        {.traceparent = kParent, .baggage = "sentry-trace_id=11111111111111111111111111111111,sentry-sampled=true"});
    EXPECT_TRUE(found->sampling_context.empty());
}

}  // namespace
}  // namespace smew::tracing
