#pragma once
// Days since 1970-01-01 and the proleptic Gregorian calendar, by integer arithmetic.
// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".

#include <cstdint>

namespace smew::pgsession {

struct CivilDate {
    std::int64_t year = 1970;  // astronomical: year 0 is 1 BC
    unsigned month = 1;
    unsigned day = 1;
};

constexpr CivilDate civil_from_days(std::int64_t days) {
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
    const unsigned year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned shifted_month = (5 * day_of_year + 2) / 153;
    const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    const std::int64_t year = static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0);
    return {year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

constexpr std::int64_t days_from_civil(CivilDate date) {
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto year_of_era = static_cast<unsigned>(year - era * 400);
    const unsigned shifted_month = date.month > 2 ? date.month - 3 : date.month + 9;
    const unsigned day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
    const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + static_cast<std::int64_t>(day_of_era) - 719'468;
}

constexpr bool is_leap_year(std::int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

constexpr unsigned days_in_month(std::int64_t year, unsigned month) {
    constexpr unsigned kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

// Quotient rounded down, so that remainders of times before 1970 are not negative.
constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
inline constexpr std::int64_t kSecondsPerDay = 86'400;
// PostgreSQL counts dates and timestamps from 2000-01-01, DuckDB from 1970-01-01.
inline constexpr std::int32_t kPostgresEpochDays = 10'957;
inline constexpr std::int64_t kPostgresEpochMicros = kPostgresEpochDays * kMicrosPerDay;

}  // namespace smew::pgsession
