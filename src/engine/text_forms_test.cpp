#include "engine/text_forms.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace smew::engine::test {
namespace {

template <class T, class Read>
std::optional<T> read(const Read& reader, std::string_view text) {
    T value{};
    if (!reader(text, value)) return std::nullopt;
    return value;
}

std::optional<std::int64_t> decimal(std::string_view text, unsigned width, unsigned scale) {
    std::int64_t value = 0;
    if (!read_decimal(text, width, scale, value)) return std::nullopt;
    return value;
}

TEST(TextForms, Numbers) {
    EXPECT_EQ(read<std::int16_t>(read_number<std::int16_t>, "-32768"), -32768);
    EXPECT_EQ(read<double>(read_number<double>, "1.5e3"), 1500.0);
    for (const char* text : {"", "32768", " 1", "1 ", "+1", "0x1", "1.0"})
        EXPECT_FALSE(read<std::int16_t>(read_number<std::int16_t>, text)) << text;
    EXPECT_FALSE(read<double>(read_number<double>, "1e999"));
}

TEST(TextForms, Booleans) {
    EXPECT_EQ(read<bool>(read_boolean, "t"), true);
    EXPECT_EQ(read<bool>(read_boolean, "false"), false);
    EXPECT_FALSE(read<bool>(read_boolean, "yes"));
}

TEST(TextForms, Decimals) {
    EXPECT_EQ(decimal("12.34", 12, 2), 1234);
    EXPECT_EQ(decimal("-12", 12, 2), -1200);
    EXPECT_EQ(decimal("-0.5", 12, 2), -50);
    EXPECT_EQ(decimal("1.", 12, 2), 100);
    EXPECT_EQ(decimal("9999999999999999.99", 18, 2), 999'999'999'999'999'999);
    // Rounding, overflow and everything else are for the slower way.
    for (const char* text : {"", "-", ".5", "1.234", "12345678901", "1e3", "+1", "1.2.3", "12a", "NaN"})
        EXPECT_FALSE(decimal(text, 12, 2)) << text;
}

TEST(TextForms, Dates) {
    EXPECT_EQ(read<std::int32_t>(read_date, "1970-01-01"), 0);
    EXPECT_EQ(read<std::int32_t>(read_date, "2024-02-29"), 19'782);
    EXPECT_EQ(read<std::int32_t>(read_date, "0001-01-01"), -719'162);
    for (const char* text :
         {"2023-02-29", "2024-13-01", "2024-00-01", "2024-1-01", "20240101", "0000-01-01", "12024-01-01", "2024-01-0x"})
        EXPECT_FALSE(read<std::int32_t>(read_date, text)) << text;
}

TEST(TextForms, Times) {
    EXPECT_EQ(read<std::int64_t>(read_time, "00:00:01"), 1'000'000);
    EXPECT_EQ(read<std::int64_t>(read_time, "23:59:59.5"), 86'399'500'000);
    EXPECT_EQ(read<std::int64_t>(read_time, "00:00:00.000001"), 1);
    for (const char* text : {"24:00:00", "00:60:00", "00:00:60", "00:00", "00:00:00.", "00:00:00.1234567", "1:00:00"})
        EXPECT_FALSE(read<std::int64_t>(read_time, text)) << text;
}

TEST(TextForms, Timestamps) {
    EXPECT_EQ(read<std::int64_t>(read_timestamp, "1970-01-02 00:00:00.25"), 86'400'250'000);
    EXPECT_EQ(read<std::int64_t>(read_timestamp, "1969-12-31T23:59:59"), -1'000'000);
    for (const char* text : {"1970-01-01", "1970-01-01  00:00:00", "1970-01-01 00:00:00Z", "infinity"})
        EXPECT_FALSE(read<std::int64_t>(read_timestamp, text)) << text;
}

TEST(TextForms, TimestampsWithAZone) {
    EXPECT_EQ(read<std::int64_t>(read_timestamp_tz, "1970-01-01 00:00:00+00"), 0);
    EXPECT_EQ(read<std::int64_t>(read_timestamp_tz, "1970-01-01 01:30:00.5+01:30"), 500'000);
    EXPECT_EQ(read<std::int64_t>(read_timestamp_tz, "1969-12-31 19:00:00-0500"), 0);
    EXPECT_EQ(read<std::int64_t>(read_timestamp_tz, "1970-01-01T00:00:01Z"), 1'000'000);
    for (const char* text : {"1970-01-01 00:00:00", "1970-01-01 00:00:00+16", "1970-01-01 00:00:00+1",
                             "1970-01-01 00:00:00 UTC", "1970-01-01 00:00:00+01:3"})
        EXPECT_FALSE(read<std::int64_t>(read_timestamp_tz, text)) << text;
}

TEST(TextForms, Uuids) {
    HugeInt value{};
    ASSERT_TRUE(read_uuid("80000000-0000-0001-0000-00000000000A", value));
    EXPECT_EQ(value.lower, 10U);
    EXPECT_EQ(value.upper, 1);
    EXPECT_FALSE(read_uuid("80000000-0000-0001-0000-00000000000", value));
    EXPECT_FALSE(read_uuid("80000000-0000-0001-0000-00000000000g", value));
    EXPECT_FALSE(read_uuid("8000000000000000100000000000000000a0", value));
}

}  // namespace
}  // namespace smew::engine::test
