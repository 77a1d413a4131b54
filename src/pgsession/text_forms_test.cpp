// Expected texts are what PostgreSQL 15 printed for the same values.
#include "pgsession/calendar.hpp"
#include "pgsession/numeric_binary.hpp"
#include "pgsession/time_text.hpp"
#include "pgsession/time_zone.hpp"
#include "pgsession/value_encoder.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace smew::pgsession {
namespace {

template <class Write, class... Args>
std::string text(Write write, Args... args) {
    Octet buffer[256];
    const Octet* end = write(buffer, args...);
    return {reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(end - buffer)};
}
std::string of_double(double value, int digits = 1) {
    return text(write_double, value, digits);
}
std::string of_float(float value) {
    return text(write_float, value, 1);
}
std::string of_int(std::int64_t value) {
    return text(write_int, value);
}
std::string of_decimal(std::int64_t value, unsigned scale) {
    return text([](Octet* out, std::int64_t v, unsigned s) { return write_decimal(out, v, s); }, value, scale);
}
std::string of_wide_decimal(Int128 value, unsigned scale) {
    return text([](Octet* out, Int128 v, unsigned s) { return write_decimal(out, v, s); }, value, scale);
}

TEST(NumberText, Integers) {
    EXPECT_EQ(of_int(0), "0");
    std::int64_t power = 1;
    for (int digits = 1; digits <= 18; ++digits, power *= 10) {
        for (const std::int64_t value : {power - 1, power, power + 1, -power})
            EXPECT_EQ(of_int(value), std::to_string(value));
    }
    for (const std::int64_t value :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(of_int(value), std::to_string(value));
    }
    EXPECT_EQ(text(write_uint, std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(text(write_uint128, ~UInt128{0}), "340282366920938463463374607431768211455");
    EXPECT_EQ(text(write_int128, static_cast<Int128>(UInt128{1} << 127)), "-170141183460469231731687303715884105728");
    EXPECT_EQ(text(write_int128, static_cast<Int128>(10) * 1'000'000'000'000'000'000), "10000000000000000000");
}

TEST(NumberText, Decimals) {
    EXPECT_EQ(of_decimal(0, 2), "0.00");
    EXPECT_EQ(of_decimal(-5, 2), "-0.05");
    EXPECT_EQ(of_decimal(1'234'500, 4), "123.4500");
    EXPECT_EQ(of_decimal(-123, 0), "-123");
    EXPECT_EQ(of_decimal(999, 3), "0.999");
    EXPECT_EQ(of_decimal(123'456'789'012'345'678, 18), "0.123456789012345678");
    EXPECT_EQ(of_wide_decimal(-5, 38), "-0.00000000000000000000000000000000000005");
    EXPECT_EQ(of_wide_decimal(static_cast<Int128>(123'456'789'012'345'678) * 10'000'000'000, 10),
              "123456789012345678.0000000000");
    EXPECT_EQ(of_wide_decimal(7, 0), "7");
}

TEST(NumberText, NumericWithoutAPrecisionShowsTheDigitsItHas) {
    const auto shown = [](std::int64_t value) {
        const Decimal decimal = without_trailing_zeros({value, 10});
        return of_decimal(static_cast<std::int64_t>(decimal.value), decimal.scale);
    };
    EXPECT_EQ(shown(420'000'000'000), "42");
    EXPECT_EQ(shown(-15'000'000'000), "-1.5");
    EXPECT_EQ(shown(1), "0.0000000001");
    EXPECT_EQ(shown(0), "0");
    engine::Type type{.id = engine::TypeId::kDecimal, .width = 38, .scale = 10};
    EXPECT_TRUE(is_bare_numeric(type));
    type.scale = 2;
    EXPECT_FALSE(is_bare_numeric(type));
}

TEST(NumberText, Doubles) {
    EXPECT_EQ(of_double(1e15), "1e+15");
    EXPECT_EQ(of_double(123'456'789'012'345), "123456789012345");
    EXPECT_EQ(of_double(1e14), "100000000000000");
    EXPECT_EQ(of_double(0.0001), "0.0001");
    EXPECT_EQ(of_double(0.00001), "1e-05");
    EXPECT_EQ(of_double(1.5), "1.5");
    EXPECT_EQ(of_double(-0.0), "-0");
    EXPECT_EQ(of_double(std::nan("")), "NaN");
    EXPECT_EQ(of_double(-INFINITY), "-Infinity");
    EXPECT_EQ(of_double(1e100), "1e+100");
    EXPECT_EQ(of_double(0.1 + 0.2), "0.30000000000000004");
    EXPECT_EQ(of_double(5e-324), "5e-324");
    EXPECT_EQ(of_double(1.7976931348623157e308), "1.7976931348623157e+308");
    EXPECT_EQ(of_double(0.1 + 0.2, 0), "0.3");
    EXPECT_EQ(of_double(1e15, 0), "1e+15");
    EXPECT_EQ(of_double(123'456'789.123, -10), "1.2346e+08");
}

TEST(NumberText, ShortDecimalsAreTheShortestText) {
    for (std::int64_t cents = -30'000; cents <= 30'000; cents += 7) {
        const double value = static_cast<double>(cents) / 100;
        char expected[64];
        const auto end = std::to_chars(expected, expected + sizeof expected, value, std::chars_format::fixed).ptr;
        ASSERT_EQ(of_double(value), std::string(expected, end));
    }
    EXPECT_EQ(of_double(-0.0001), "-0.0001");
    EXPECT_EQ(of_double(0.00015), "0.00015");
    EXPECT_EQ(of_double(9'999'999'999.9999), "9999999999.9999");
    EXPECT_EQ(of_double(9'999'999'999.99995), "9999999999.99995");
    EXPECT_EQ(of_double(100), "100");
    EXPECT_EQ(of_double(0.5), "0.5");
}

TEST(NumberText, Floats) {
    EXPECT_EQ(of_float(1e6F), "1e+06");
    EXPECT_EQ(of_float(123'456), "123456");
    EXPECT_EQ(of_float(1'234'567), "1.234567e+06");
    EXPECT_EQ(of_float(0.1F), "0.1");
    EXPECT_EQ(of_float(1e-5F), "1e-05");
    EXPECT_EQ(of_float(3.4028235e38F), "3.4028235e+38");
}

TEST(TimeText, Dates) {
    EXPECT_EQ(text(write_date, 0), "1970-01-01");
    EXPECT_EQ(text(write_date, static_cast<std::int32_t>(days_from_civil({-43, 3, 15}))), "0044-03-15 BC");
    EXPECT_EQ(text(write_date, static_cast<std::int32_t>(days_from_civil({12'345, 1, 2}))), "12345-01-02");
    EXPECT_EQ(text(write_date, static_cast<std::int32_t>(days_from_civil({2024, 2, 29}))), "2024-02-29");
    EXPECT_EQ(text(write_date, std::numeric_limits<std::int32_t>::max()), "infinity");
    EXPECT_EQ(text(write_date, -std::numeric_limits<std::int32_t>::max()), "-infinity");
}

TEST(TimeText, DaysAndDatesAreInverse) {
    for (std::int64_t day = -1'000'000; day <= 3'000'000; day += 97) {
        ASSERT_EQ(days_from_civil(civil_from_days(day)), day);
    }
}

std::string of_timestamp(std::int64_t micros) {
    return text(write_timestamp, micros, ' ');
}

TEST(TimeText, TimestampsAndTimes) {
    EXPECT_EQ(of_timestamp(0), "1970-01-01 00:00:00");
    EXPECT_EQ(of_timestamp(-500'000), "1969-12-31 23:59:59.5");
    EXPECT_EQ(of_timestamp(days_from_civil({1, 1, 1}) * kMicrosPerDay - 1), "0001-12-31 23:59:59.999999 BC");
    EXPECT_EQ(of_timestamp(std::numeric_limits<std::int64_t>::max()), "infinity");
    EXPECT_EQ(text(write_time, kMicrosPerDay), "24:00:00");
    EXPECT_EQ(text(write_time, std::int64_t{3'723'000'100}), "01:02:03.0001");
    const auto time_tz = [](std::int64_t micros, std::int32_t offset) {
        return text(write_time_tz,
                    (static_cast<std::uint64_t>(micros) << 24) | static_cast<std::uint64_t>(57'599 - offset));
    };
    EXPECT_EQ(time_tz(3'723'000'000, 19'800), "01:02:03+05:30");
    EXPECT_EQ(time_tz(3'723'000'000, -10'800), "01:02:03-03");
    EXPECT_EQ(time_tz(3'723'000'000, 57'599), "01:02:03+15:59:59");
}

TEST(TimeText, Intervals) {
    const auto interval = [](std::int32_t months, std::int32_t days, std::int64_t micros) {
        return text(write_interval, engine::Interval{months, days, micros});
    };
    EXPECT_EQ(interval(14, 3, 14'706'789'000), "1 year 2 mons 3 days 04:05:06.789");
    EXPECT_EQ(interval(-14, 3, -14'706'789'000), "-1 years -2 mons +3 days -04:05:06.789");
    EXPECT_EQ(interval(1, -1, 0), "1 mon -1 days");
    EXPECT_EQ(interval(0, 0, 0), "00:00:00");
    EXPECT_EQ(interval(0, -1, 7'200'000'000), "-1 days +02:00:00");
    EXPECT_EQ(interval(0, 0, 360'000'000'000), "100:00:00");
    EXPECT_EQ(interval(0, 0, -500'000), "-00:00:00.5");
    EXPECT_EQ(interval(-13, 0, 0), "-1 years -1 mons");
    EXPECT_EQ(interval(0, 1, 1), "1 day 00:00:00.000001");
    EXPECT_EQ(interval(25, -3, -3'600'000'000), "2 years 1 mon -3 days -01:00:00");
}

std::string in_zone(std::string_view zone, CivilDate date, std::int64_t seconds, std::int64_t micros = 0) {
    const auto loaded = TimeZone::load(zone);
    if (!loaded) return loaded.error().message;
    const std::int64_t moment = (days_from_civil(date) * kSecondsPerDay + seconds) * kMicrosPerSecond + micros;
    return text([](Octet* out, std::int64_t m, const TimeZone* z) { return write_timestamp_tz(out, m, *z); }, moment,
                loaded->get());
}

TEST(TimeZoneTest, ShowsLocalTimesOfAllAges) {
    EXPECT_EQ(in_zone("Europe/Prague", {2024, 7, 1}, 43'200), "2024-07-01 14:00:00+02");
    EXPECT_EQ(in_zone("europe/prague", {2024, 1, 1}, 43'200), "2024-01-01 13:00:00+01");
    EXPECT_EQ(in_zone("Europe/Prague", {1850, 1, 1}, 0), "1850-01-01 00:57:44+00:57:44");
    EXPECT_EQ(in_zone("Europe/Prague", {2500, 7, 1}, 0), "2500-07-01 02:00:00+02");
    EXPECT_EQ(in_zone("Europe/Prague", {2500, 12, 1}, 0), "2500-12-01 01:00:00+01");
    EXPECT_EQ(in_zone("America/New_York", {2024, 3, 10}, 25'199), "2024-03-10 01:59:59-05");
    EXPECT_EQ(in_zone("America/New_York", {2024, 3, 10}, 25'200), "2024-03-10 03:00:00-04");
    EXPECT_EQ(in_zone("America/New_York", {2040, 11, 4}, 21'599), "2040-11-04 01:59:59-04");
    EXPECT_EQ(in_zone("America/New_York", {2040, 11, 4}, 21'600), "2040-11-04 01:00:00-05");
    EXPECT_EQ(in_zone("America/New_York", {1800, 1, 1}, 0), "1799-12-31 19:03:58-04:56:02");
    EXPECT_EQ(in_zone("Asia/Kolkata", {2024, 3, 10}, 25'199, 250'000), "2024-03-10 12:29:59.25+05:30");
    EXPECT_EQ(in_zone("Australia/Lord_Howe", {2090, 1, 10}, 25'199), "2090-01-10 17:59:59+11");
    EXPECT_EQ(in_zone("Australia/Lord_Howe", {2090, 7, 10}, 25'199), "2090-07-10 17:29:59+10:30");
    EXPECT_EQ(in_zone("Europe/Dublin", {2090, 1, 10}, 25'199), "2090-01-10 06:59:59+00");
    EXPECT_EQ(in_zone("Europe/Dublin", {2090, 7, 10}, 25'199), "2090-07-10 07:59:59+01");
    EXPECT_EQ(in_zone("utc", {2024, 1, 1}, 0), "2024-01-01 00:00:00+00");
}

TEST(TimeZoneTest, NamesBuildNoPaths) {
    for (const char* name :
         {"", "/etc/passwd", "../zoneinfo/UTC", "Europe/../UTC", "Europe", "Europe/", "Mars/Olympus", "a//b", "x\0y"}) {
        const auto zone = TimeZone::load(name);
        ASSERT_FALSE(zone) << name;
        EXPECT_EQ(zone.error().code, sqlstate::kInvalidParameterValue);
    }
}

TEST(TimeZoneTest, TruncatedAndForeignFilesAreRefused) {
    EXPECT_FALSE(TimeZone::parse("x", ""));
    EXPECT_FALSE(TimeZone::parse("x", "TZif2"));
    EXPECT_FALSE(TimeZone::parse("x", std::string(100, 'A')));
    std::string huge = "TZif2" + std::string(15, '\0') + std::string(24, '\x7f');
    EXPECT_FALSE(TimeZone::parse("x", huge));
}

TEST(PosixZoneTest, ReadsRulesAndRefusesNonsense) {
    ASSERT_TRUE(parse_posix_zone("CET-1CEST,M3.5.0,M10.5.0/3"));
    EXPECT_EQ(parse_posix_zone("<+0330>-3:30")->standard_offset, 12'600);
    EXPECT_EQ(parse_posix_zone("XXX3EDT4,0/0,J365/23")->offset_at(0), -14'400);
    for (const char* text : {"", "5", "CET", "CET-1CEST", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.6.0,M1.1.0",
                             "CET-1CEST,M3.5.7,M1.1.0", "<+03-3"}) {
        EXPECT_FALSE(parse_posix_zone(text)) << text;
    }
}

std::string hex(std::string_view decimal) {
    Octet buffer[256];
    const Octet* end = write_numeric_binary(buffer, decimal);
    std::string digits;
    for (const Octet* at = buffer; at != end; ++at) {
        digits += "0123456789abcdef"[*at >> 4];
        digits += "0123456789abcdef"[*at & 15U];
    }
    return digits;
}

TEST(NumericBinary, WritesWhatPostgresSends) {
    EXPECT_EQ(hex("0"), "0000000000000000");
    EXPECT_EQ(hex("1"), "00010000000000000001");
    EXPECT_EQ(hex("-1"), "00010000400000000001");
    EXPECT_EQ(hex("10000"), "00010001000000000001");
    EXPECT_EQ(hex("0.0001"), "0001ffff000000040001");
    EXPECT_EQ(hex("123.4500"), "0002000000000004007b1194");
    EXPECT_EQ(hex("-99999999.99"), "0003000140000002270f270f26ac");
    EXPECT_EQ(hex("100000000000000000000"), "00010005000000000001");
    EXPECT_EQ(hex("0.00000001"), "0001fffe000000080001");
    EXPECT_EQ(hex("0.00"), "0000000000000002");
}

TEST(NumericBinary, ReadsBackWhatItWrites) {
    for (const char* decimal :
         {"0", "1", "-1", "10000", "0.0001", "123.4500", "-99999999.99", "100000000000000000000", "0.00", "0.10",
          "12345678901234567890123456789012345678", "-0.00000000000000000000000000000000000005"}) {
        Octet buffer[256];
        const Octet* end = write_numeric_binary(buffer, decimal);
        const auto back = read_numeric_binary({buffer, static_cast<std::size_t>(end - buffer)});
        ASSERT_TRUE(back);
        EXPECT_EQ(*back, decimal);
    }
}

TEST(NumericBinary, RefusesWhatIsNone) {
    const auto read = [](std::string_view bytes) { return read_numeric_binary(as_bytes(bytes)); };
    EXPECT_EQ(*read({"\0\0\0\0\xc0\0\0\0", 8}), "NaN");
    EXPECT_FALSE(read(""));
    EXPECT_FALSE(read({"\0\1\0\0\0\0\0\0", 8}));
    EXPECT_FALSE(read({"\0\1\0\0\0\0\0\0\x27\x10", 10}));
    EXPECT_FALSE(read({"\0\0\0\0\x12\0\0\0", 8}));
    EXPECT_FALSE(read({"\0\0\0\0\0\0\x7f\xff", 8}));
}

}  // namespace
}  // namespace smew::pgsession
