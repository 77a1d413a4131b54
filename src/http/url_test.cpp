#include "http/url.hpp"

#include <gtest/gtest.h>

namespace smew::http {
namespace {

using Segments = std::vector<std::string>;

TEST(Url, PathsAreSplitBeforeTheyAreDecoded) {
    EXPECT_EQ(parse_target("/")->segments, Segments{});
    EXPECT_EQ(parse_target("/a/b/")->segments, (Segments{"a", "b"}));
    EXPECT_EQ(parse_target("/a%2Fb/c")->segments, (Segments{"a/b", "c"}));
    EXPECT_EQ(parse_target("/a//b")->segments, (Segments{"a", "", "b"}));
    EXPECT_EQ(parse_target("/%2e%2e/x")->segments, (Segments{"..", "x"}));
}

TEST(Url, QueriesAreDecoded) {
    const Result<Target> target = parse_target("/p?where=a+%3E%201&flag&x=1=2&&y=%C3%A9");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/p");
    EXPECT_EQ(target->query, (NamedTexts{{"where", "a > 1"}, {"flag", ""}, {"x", "1=2"}, {"y", "é"}}));
}

TEST(Url, MalformedTargetsAreRefused) {
    for (const char* target : {"", "a/b", "http://host/", "/%", "/%2", "/%zz", "/a%00b", "/%0a", "/%7f", "/%ff",
                               "/%c0%af", "/x?a=%", "/x?a=%00", "/x?%fe=1", "/%ed%a0%80"}) {
        EXPECT_FALSE(parse_target(target)) << target;
    }
}

TEST(Url, Utf8IsTheStrictKind) {
    EXPECT_TRUE(valid_utf8("aé€😀"));
    for (const char* text : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
        EXPECT_FALSE(valid_utf8(text));
    }
}

TEST(Url, ComponentsAreEscaped) {
    EXPECT_EQ(percent_encode("a-b_c.d~e/ @é"), "a-b_c.d~e%2F%20%40%C3%A9");
}

}  // namespace
}  // namespace smew::http
