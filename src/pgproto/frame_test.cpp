#include "pgproto/frame.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smew::pgproto {
namespace {

using namespace std::string_literals;

const std::string kQueryFrame = "Q\0\0\0\x0dSELECT 1\0"s;

TEST(Frame, TakesOneFrameFromTheFront) {
    const std::string bytes = kQueryFrame + "S\0\0\0\4"s;
    ByteSpan input = as_bytes(bytes);
    const Frame first = take_frame(input, 1000);
    ASSERT_EQ(first.state, FrameState::kFrame);
    EXPECT_EQ(first.type, 'Q');
    EXPECT_EQ(as_text(first.body), "SELECT 1\0"s);
    const Frame second = take_frame(input, 1000);
    ASSERT_EQ(second.state, FrameState::kFrame);
    EXPECT_EQ(second.type, 'S');
    EXPECT_TRUE(second.body.empty());
    EXPECT_TRUE(input.empty());
}

TEST(Frame, EveryPrefixNeedsMoreAndTakesNothing) {
    for (std::size_t length = 0; length < kQueryFrame.size(); ++length) {
        ByteSpan input = as_bytes(std::string_view(kQueryFrame).substr(0, length));
        const Frame frame = take_frame(input, 1000);
        EXPECT_EQ(frame.state, FrameState::kNeedMore) << length;
        EXPECT_EQ(input.size(), length);
        EXPECT_EQ(frame.need_bytes, length < 5 ? 0 : kQueryFrame.size()) << length;
    }
}

TEST(Frame, LengthBelowFourIsMalformed) {
    for (char length = 0; length < 4; ++length) {
        const std::string bytes = "Q\0\0\0"s + length;
        ByteSpan input = as_bytes(bytes);
        EXPECT_EQ(take_frame(input, 1000).state, FrameState::kMalformed);
    }
}

TEST(Frame, TheLimitBoundsTheWholeFrame) {
    ByteSpan input = as_bytes(kQueryFrame);
    EXPECT_EQ(take_frame(input, kQueryFrame.size() - 1).state, FrameState::kMalformed);
    EXPECT_EQ(take_frame(input, kQueryFrame.size()).state, FrameState::kFrame);
}

TEST(Frame, NegativeLengthIsMalformedBeforeTheBodyArrives) {
    const std::string bytes = "Q\xff\xff\xff\xff"s;
    ByteSpan input = as_bytes(bytes);
    EXPECT_EQ(take_frame(input, 1U << 31).state, FrameState::kMalformed);
}

TEST(Frame, ZeroBytesInsideABodyDoNotEndIt) {
    const std::string bytes = "d\0\0\0\7\0\0\0Z"s;
    ByteSpan input = as_bytes(bytes);
    EXPECT_EQ(as_text(take_frame(input, 1000).body), "\0\0\0"s);
    EXPECT_EQ(as_text(input), "Z");
}

TEST(StartupFrame, TakesTheBodyWithoutItsLength) {
    const std::string bytes = "\0\0\0\x08\x04\xd2\x16\x2frest"s;
    ByteSpan input = as_bytes(bytes);
    const Frame frame = take_startup_frame(input);
    ASSERT_EQ(frame.state, FrameState::kFrame);
    EXPECT_EQ(frame.type, 0);
    EXPECT_EQ(as_text(frame.body), "\x04\xd2\x16\x2f");
    EXPECT_EQ(as_text(input), "rest");
}

TEST(StartupFrame, EveryPrefixNeedsMore) {
    const std::string bytes = "\0\0\0\x08\x04\xd2\x16\x2f"s;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        ByteSpan input = as_bytes(std::string_view(bytes).substr(0, length));
        EXPECT_EQ(take_startup_frame(input).state, FrameState::kNeedMore) << length;
        EXPECT_EQ(input.size(), length);
    }
}

TEST(StartupFrame, BoundsAreThoseOfPostgres) {
    const auto state = [](std::string length) {
        ByteSpan input = as_bytes(length);
        return take_startup_frame(input).state;
    };
    EXPECT_EQ(state("\0\0\0\7"s), FrameState::kMalformed);
    EXPECT_EQ(state("\0\0\x27\x14"s), FrameState::kNeedMore);  // 10,000 and the length itself
    EXPECT_EQ(state("\0\0\x27\x15"s), FrameState::kMalformed);
    EXPECT_EQ(state("GET "s), FrameState::kMalformed);
}

}  // namespace
}  // namespace smew::pgproto
