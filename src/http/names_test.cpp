#include "http/names.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace smew::http {
namespace {

TEST(Names, RandomNamesAreLowerCaseAndDiffer) {
    std::set<std::string> names;
    for (int i = 0; i < 200; ++i) {
        const std::string name = random_name(8);
        EXPECT_EQ(name.size(), 8U);
        EXPECT_TRUE(std::all_of(name.begin(), name.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }));
        names.insert(name);
    }
    EXPECT_EQ(names.size(), 200U);
}

TEST(Names, TimesAreReadWithTheirZone) {
    EXPECT_EQ(to_iso8601(parse_time("2026-01-31T12:00:00Z").value()), "2026-01-31T12:00:00.000Z");
    EXPECT_EQ(to_iso8601(parse_time("2026-01-31T12:00:00.1234567+02:30").value()), "2026-01-31T09:30:00.123Z");
    EXPECT_EQ(to_iso8601(parse_time("2024-02-29t23:59:59z").value()), "2024-02-29T23:59:59.000Z");
    EXPECT_EQ(to_iso8601(parse_time("2026-01-01T00:30:00-01:00").value()), "2026-01-01T01:30:00.000Z");
}

TEST(Names, OtherTextsAreNoTimes) {
    for (const char* text :
         {"", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z", "2026-01-31T24:00:00Z",
          "2026-01-31T12:60:00Z", "2026-01-31T12:00:60Z", "2026-01-31T12:00:00.Z", "-026-01-31T12:00:00Z",
          "2026-01-31T12:00:00Zx", "2026-01-31T12:00:00+2", "2026-13-01T00:00:00Z"}) {
        EXPECT_FALSE(parse_time(text)) << text;
    }
}

}  // namespace
}  // namespace smew::http
