#include "core/characters.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smew {
namespace {

std::string encoded(std::uint32_t point) {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0U | (point >> 6U)), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0U | (point >> 12U)), tail(6), tail(0)};
    return {static_cast<char>(0xF0U | (point >> 18U)), tail(12), tail(6), tail(0)};
}

TEST(Characters, EveryCodePointHasItsLength) {
    for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
        const std::string text = encoded(point);
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        ASSERT_EQ(character_length(text + "x"), surrogate ? 0 : text.size()) << point;
        if (text.size() > 1) {
            ASSERT_EQ(character_length(std::string_view(text).substr(0, text.size() - 1)), 0U) << point;
        }
    }
}

TEST(Characters, OtherBytesAreNone) {
    for (const char* text : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80",
                             "\xE2\x82(", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
        EXPECT_EQ(character_length(text), 0U) << text;
    }
}

TEST(Characters, ACutLeavesWholeOnes) {
    const std::string text = "a\xC3\xA4\xE2\x82\xAC";
    const std::string_view whole[] = {"", "a", "a", "a\xC3\xA4", "a\xC3\xA4", "a\xC3\xA4", text, text};
    for (std::size_t most = 0; most < std::size(whole); ++most) EXPECT_EQ(whole_characters(text, most), whole[most]);
}

TEST(Characters, AreCountedAndFound) {
    const std::string text = "a\xC3\xA4\xE2\x82\xAC!";
    EXPECT_EQ(count_characters(text), 4);
    EXPECT_EQ(byte_of_character(text, 2), 3U);
    EXPECT_EQ(byte_of_character(text, 3), 6U);
    EXPECT_EQ(byte_of_character(text, 4), text.size());
}

}  // namespace
}  // namespace smew
