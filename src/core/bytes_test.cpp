#include "core/bytes.hpp"

#include <gtest/gtest.h>

namespace smew {
namespace {

TEST(ParseBytes, ReadsNumbersWithUnits) {
    EXPECT_EQ(parse_bytes("4GB")->count, 4'000'000'000ULL);
    EXPECT_EQ(parse_bytes("64 MiB")->count, 64ULL << 20);
    EXPECT_EQ(parse_bytes("1.5kb")->count, 1500U);
    EXPECT_EQ(parse_bytes("100000")->count, 100000U);
    EXPECT_EQ(parse_bytes("0")->count, 0U);
}

TEST(ParseBytes, RefusesWhatIsNoSizeAndNamesIt) {
    for (const char* text : {"", "GB", "-1GB", "4XB", "4GB and more", "1e30TB", "99999999999TB"}) {
        const auto result = parse_bytes(text);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code, sqlstate::kInvalidParameterValue);
        EXPECT_NE(result.error().message.find(text), std::string::npos);
    }
}

TEST(BytesToText, IsReadBackUnchanged) {
    for (std::uint64_t count : {0ULL, 1ULL, 1500ULL, 1024ULL, 4'000'000'000ULL, 1ULL << 33, 123'456'789ULL}) {
        EXPECT_EQ(parse_bytes(to_text(Bytes{count}))->count, count);
    }
    EXPECT_EQ(to_text(Bytes{4'000'000'000ULL}), "4GB");
    EXPECT_EQ(to_text(Bytes{64ULL << 20}), "64MiB");
}

}  // namespace
}  // namespace smew
