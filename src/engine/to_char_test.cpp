// What PostgreSQL 15 answers, recorded.
#include "engine/to_char.hpp"

#include "engine/from_char.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace smew::engine::test {
namespace {

struct Recorded {
    const char* value;
    const char* pattern;
    const char* answer;
};

ShownTime time_of(const char* text) {
    ShownTime time;
    int year = 0, day = 0, hour = 0;
    char micros[7] = "000000";
    std::sscanf(text, "%d-%d-%d %d:%d:%d.%6s", &year, &time.month, &day, &hour, &time.minute, &time.second, micros);
    time.year = year;
    time.day = day;
    time.hour = hour;
    time.micros = std::atoi((std::string(micros) + "000000").substr(0, 6).c_str());
    time.day_number = read_time(std::string(text).substr(0, 10), "YYYY-MM-DD").value().days;
    return time;
}

constexpr Recorded kNumbers[] = {
    {"0.1", "\"Good number:\"999", "Good number:   0"},
    {"12", "\"Good number:\"999", "Good number:  12"},
    {"485", "$9,999.99", "$   485.00"},
    {"12.45", "$9,999.99", "$    12.45"},
    {"1234567.891", ".99", " .##"},
    {"-485", ".99", "-.##"},
    {"-1", "0.9", "-1.0"},
    {"0", "0.9", " 0.0"},
    {"12.45", "00000", " 00012"},
    {"42", "00000", " 00042"},
    {"12", "0999", " 0012"},
    {"1", "0999", " 0001"},
    {"0.1", "9 9 9", "     0"},
    {"999.99", "9 9 9", " # # #"},
    {"42", "9,999", "    42"},
    {"3148.5", "9,999", " 3,149"},
    {"-0.1", "9.99EEEE", "-1.00e-01"},
    {"148.5", "9.99EEEE", " 1.49e+02"},
    {"485", "99", " ##"},
    {"-0.1", "99", "  0"},
    {"-148.5", "99.00S", "##.##-"},
    {"0", "99.00S", "  .00+"},
    {"0.004", "990.99", "   0.00"},
    {"-0.1", "990.99", "  -0.10"},
    {"-0.1", "999", "   0"},
    {"-148.5", "999", "-149"},
    {"148.5", "999,999,999.99", "         148.50"},
    {"12", "999,999,999.99", "          12.00"},
    {"12", "999.99", "  12.00"},
    {"0.004", "999.99", "    .00"},
    {"3148.5", "9999", " 3149"},
    {"-1", "9999", "   -1"},
    {"100", "9999PL", "  100+"},
    {"1485", "9999PL", " 1485+"},
    {"-9.996", "999MI", " 10-"},
    {"12.45", "999MI", " 12 "},
    {"999.99", "999PR", " ### "},
    {"0.1", "999PR", "   0 "},
    {"148.5", "999S", "149+"},
    {"0.1", "999S", "  0+"},
    {"1234567.891", "999TH", " ###"},
    {"-0.1", "999TH", "   0TH"},
    {"-1", "999th", "  -1"},
    {"42", "999th", "  42nd"},
    {"12", "99V999", " 12000"},
    {"0", "99V999", "     0"},
    {"12", "9G999D99", "    12.00"},
    {"5.2", "9G999D99", "     5.20"},
    {"12", "FM$9,999.00", "$12.00"},
    {"999.99", "FM$9,999.00", "$999.99"},
    {"-148.5", "FM0.9", "-#.#"},
    {"0.5", "FM0.9", "0.5"},
    {"0.5", "FM00000", "00001"},
    {"100", "FM00000", "00100"},
    {"12", "FM9,999.099", "12.0"},
    {"0.5", "FM9,999.099", ".5"},
    {"-0.5", "FM9.9", "-.5"},
    {"148.5", "FM9.9", "#.#"},
    {"0.1", "FM990.99", "0.1"},
    {"12", "FM990.99", "12."},
    {"-0.1", "FM999", "0"},
    {"1", "FM999", "1"},
    {"-1", "FM999,999,999.99", "-1."},
    {"1", "FM999,999,999.99", "1."},
    {"-0.5", "FM999.00", "-.50"},
    {"0.004", "FM999.00", ".00"},
    {"-0.1", "FM999.99", "-.1"},
    {"999.99", "FM999.99", "999.99"},
    {"42", "FM999MI", "42"},
    {"0.004", "FM999MI", "0"},
    {"1234567.891", "FM999PR", "###"},
    {"1485", "FM999PR", "###"},
    {"-485", "FMRN", "###############"},
    {"-9.996", "FMRN", "###############"},
    {"-148.5", "L999", " -149"},
    {"-1", "L999", "   -1"},
    {"0.5", "MI999", "   1"},
    {"-148.5", "MI999", "-149"},
    {"0.004", "PL999", "+   0"},
    {"-0.5", "PL999", "   -1"},
    {"-0.1", "RN", "###############"},
    {"148.5", "RN", "          CXLIX"},
    {"3148.5", "S0.99", "+#.##"},
    {"0.5", "S0.99", "+0.50"},
    {"5.2", "S999", "  +5"},
    {"1485", "S999", "+###"},
    {"0.004", "SG999", "+  0"},
    {"42", "SG999", "+ 42"},
    {"-148.5", "SG9999.9", "- 148.5"},
    {"1485", "SG9999.9", "+1485.0"},
};

constexpr Recorded kTimes[] = {
    {"2024-02-29 13:04:05.123456", "YYYY-MM-DD HH24:MI:SS", "2024-02-29 13:04:05"},
    {"2024-02-29 13:04:05.123456", "HH12:MI:SS AM", "01:04:05 PM"},
    {"2024-02-29 13:04:05.123456", "HH:MI:SS p.m.", "01:04:05 p.m."},
    {"2024-02-29 13:04:05.123456", "Day, DD Mon YYYY", "Thursday , 29 Feb 2024"},
    {"2024-02-29 13:04:05.123456", "DAY DY Dy dy", "THURSDAY  THU Thu thu"},
    {"2024-02-29 13:04:05.123456", "FMDay, FMDD FMMonth", "Thursday, 29 February"},
    {"2024-02-29 13:04:05.123456", "MONTH Month month Mon MON mon", "FEBRUARY  February  february  Feb FEB feb"},
    {"2024-02-29 13:04:05.123456", "Y,YYY YYYY YYY YY Y", "2,024 2024 024 24 4"},
    {"2024-02-29 13:04:05.123456", "IYYY IYY IY I IW ID IDDD", "2024 024 24 4 09 4 060"},
    {"2024-02-29 13:04:05.123456", "DDD D W WW CC J Q RM rm FMRM", "060 5 5 09 21 2460370 1 II   ii   II"},
    {"2024-02-29 13:04:05.123456", "MS US FF1 FF2 FF3 FF4 FF5 FF6", "123 123456 1 12 123 1234 12345 123456"},
    {"2024-02-29 13:04:05.123456", "SSSS SSSSS", "47045 47045"},
    {"2024-02-29 13:04:05.123456", "DDth FMDDTH MMth", "29th 29TH 02nd"},
    {"2024-02-29 13:04:05.123456", "\"at\" HH24 \"o'clock\"", "at 13 o'clock"},
    {"2024-02-29 13:04:05.123456", "YYYYMMDDHH24MISS", "20240229130405"},
    {"2024-02-29 13:04:05.123456", "BC AD b.c.", "AD AD a.d."},
    {"2024-02-29 13:04:05.123456", "FMHH24:FMMI", "13:4"},
    {"2024-02-29 13:04:05.123456", "TMMonth", "February"},
    {"2024-02-29 13:04:05.123456", "yyyy/mm/dd", "2024/02/29"},
    {"2024-02-29 13:04:05.123456", "hh24:mi", "13:04"},
    {"1999-12-31 23:59:59.999999", "YYYY-MM-DD HH24:MI:SS", "1999-12-31 23:59:59"},
    {"1999-12-31 23:59:59.999999", "HH12:MI:SS AM", "11:59:59 PM"},
    {"1999-12-31 23:59:59.999999", "HH:MI:SS p.m.", "11:59:59 p.m."},
    {"1999-12-31 23:59:59.999999", "Day, DD Mon YYYY", "Friday   , 31 Dec 1999"},
    {"1999-12-31 23:59:59.999999", "DAY DY Dy dy", "FRIDAY    FRI Fri fri"},
    {"1999-12-31 23:59:59.999999", "FMDay, FMDD FMMonth", "Friday, 31 December"},
    {"1999-12-31 23:59:59.999999", "MONTH Month month Mon MON mon", "DECEMBER  December  december  Dec DEC dec"},
    {"1999-12-31 23:59:59.999999", "Y,YYY YYYY YYY YY Y", "1,999 1999 999 99 9"},
    {"1999-12-31 23:59:59.999999", "IYYY IYY IY I IW ID IDDD", "1999 999 99 9 52 5 362"},
    {"1999-12-31 23:59:59.999999", "DDD D W WW CC J Q RM rm FMRM", "365 6 5 53 20 2451544 4 XII  xii  XII"},
    {"1999-12-31 23:59:59.999999", "MS US FF1 FF2 FF3 FF4 FF5 FF6", "999 999999 9 99 999 9999 99999 999999"},
    {"1999-12-31 23:59:59.999999", "SSSS SSSSS", "86399 86399"},
    {"1999-12-31 23:59:59.999999", "DDth FMDDTH MMth", "31st 31ST 12th"},
    {"1999-12-31 23:59:59.999999", "\"at\" HH24 \"o'clock\"", "at 23 o'clock"},
    {"1999-12-31 23:59:59.999999", "YYYYMMDDHH24MISS", "19991231235959"},
    {"1999-12-31 23:59:59.999999", "BC AD b.c.", "AD AD a.d."},
    {"1999-12-31 23:59:59.999999", "FMHH24:FMMI", "23:59"},
    {"1999-12-31 23:59:59.999999", "TMMonth", "December"},
    {"1999-12-31 23:59:59.999999", "yyyy/mm/dd", "1999/12/31"},
    {"1999-12-31 23:59:59.999999", "hh24:mi", "23:59"},
    {"2021-01-03 12:00:00", "YYYY-MM-DD HH24:MI:SS", "2021-01-03 12:00:00"},
    {"2021-01-03 12:00:00", "HH12:MI:SS AM", "12:00:00 PM"},
    {"2021-01-03 12:00:00", "HH:MI:SS p.m.", "12:00:00 p.m."},
    {"2021-01-03 12:00:00", "Day, DD Mon YYYY", "Sunday   , 03 Jan 2021"},
    {"2021-01-03 12:00:00", "DAY DY Dy dy", "SUNDAY    SUN Sun sun"},
    {"2021-01-03 12:00:00", "FMDay, FMDD FMMonth", "Sunday, 3 January"},
    {"2021-01-03 12:00:00", "MONTH Month month Mon MON mon", "JANUARY   January   january   Jan JAN jan"},
    {"2021-01-03 12:00:00", "Y,YYY YYYY YYY YY Y", "2,021 2021 021 21 1"},
    {"2021-01-03 12:00:00", "IYYY IYY IY I IW ID IDDD", "2020 020 20 0 53 7 371"},
    {"2021-01-03 12:00:00", "DDD D W WW CC J Q RM rm FMRM", "003 1 1 01 21 2459218 1 I    i    I"},
    {"2021-01-03 12:00:00", "MS US FF1 FF2 FF3 FF4 FF5 FF6", "000 000000 0 00 000 0000 00000 000000"},
    {"2021-01-03 12:00:00", "SSSS SSSSS", "43200 43200"},
    {"2021-01-03 12:00:00", "DDth FMDDTH MMth", "03rd 3RD 01st"},
    {"2021-01-03 12:00:00", "\"at\" HH24 \"o'clock\"", "at 12 o'clock"},
    {"2021-01-03 12:00:00", "YYYYMMDDHH24MISS", "20210103120000"},
    {"2021-01-03 12:00:00", "BC AD b.c.", "AD AD a.d."},
    {"2021-01-03 12:00:00", "FMHH24:FMMI", "12:0"},
    {"2021-01-03 12:00:00", "TMMonth", "January"},
    {"2021-01-03 12:00:00", "yyyy/mm/dd", "2021/01/03"},
    {"2021-01-03 12:00:00", "hh24:mi", "12:00"},
};

// Days since 1970-01-01 and microseconds of the day, or the error.
constexpr Recorded kTexts[] = {
    {"05 Dec 2000", "DD Mon YYYY", "11296 0"},
    {"20240229", "YYYYMMDD", "19782 0"},
    {"2024-02-30", "YYYY-MM-DD", "ERR 22008"},
    {"2024/3/4", "YYYY-MM-DD", "19786 0"},
    {"12/31/99", "MM/DD/YY", "10956 0"},
    {"February 3 2021", "Month DD YYYY", "18661 0"},
    {"2021-060", "YYYY-DDD", "18687 0"},
    {"3rd Mar 2020", "DDth Mon YYYY", "18324 0"},
    {"2000-13-01", "YYYY-MM-DD", "ERR 22008"},
    {"abc", "YYYY", "ERR 22007"},
    {"15-08-47", "DD-MM-YY", "28350 0"},
    {"2459000", "J", "18412 0"},
    {"1-1-1", "YYYY-MM-DD", "-719162 0"},
    {"2024-02-29 13:04:05", "YYYY-MM-DD HH24:MI:SS", "19782 47045000000"},
    {"2024-02-29 01:04:05 PM", "YYYY-MM-DD HH:MI:SS AM", "19782 47045000000"},
    {"05 Dec 2000 12.123", "DD Mon YYYY HH24.MS", "11296 43200123000"},
    {"2000-01-01 25:00", "YYYY-MM-DD HH24:MI", "ERR 22008"},
    {"13:00", "HH12:MI", "ERR 22007"},
    {"20240102030405", "YYYYMMDDHH24MISS", "19724 11045000000"},
};

TEST(ToChar, NumbersAsPostgresql) {
    for (const Recorded& one : kNumbers) {
        EXPECT_EQ(number_to_char(one.value, one.pattern), one.answer) << one.value << " as " << one.pattern;
    }
}

TEST(ToChar, TimesAsPostgresql) {
    for (const Recorded& one : kTimes) {
        EXPECT_EQ(time_to_char(time_of(one.value), one.pattern), one.answer) << one.value << " as " << one.pattern;
    }
}

TEST(FromChar, TimesAsPostgresql) {
    for (const Recorded& one : kTexts) {
        const auto time = read_time(one.value, one.pattern);
        const std::string answer = time ? std::to_string(time->days) + " " + std::to_string(time->micros_of_day)
                                        : "ERR " + std::string(time.error().code.text());
        EXPECT_EQ(answer, one.answer) << one.value << " by " << one.pattern;
    }
}

TEST(FromChar, Numbers) {
    EXPECT_EQ(read_number("12,454.8-", "99G999D9S").value(), "-12454.8");
    EXPECT_EQ(read_number("12345", "99V999").value(), "12.345");
    EXPECT_EQ(read_number("x", "999").error().code, sqlstate::kInvalidTextRepresentation);
}

}  // namespace
}  // namespace smew::engine::test
