#pragma once
// The fields that the patterns of to_char(), to_date() and to_timestamp() name.
// Source: PostgreSQL 15 documentation, table 9.26 "Template Patterns for Date/Time Formatting".

#include <array>
#include <string_view>

namespace smew::engine {

inline constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                                 "May",       "June",     "July",     "August",
                                                                 "September", "October",  "November", "December"};
inline constexpr std::array<std::string_view, 7> kDayNames = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                              "Thursday", "Friday", "Saturday"};
inline constexpr std::array<std::string_view, 12> kRomanMonths = {"I",   "II",   "III", "IV", "V",  "VI",
                                                                  "VII", "VIII", "IX",  "X",  "XI", "XII"};

enum class TimeField {
    kAmPm,
    kBc,
    kCentury,
    kDayName,
    kDayAbbreviation,
    kDayOfYear,
    kDayOfIsoYear,
    kDay,
    kIsoDay,
    kDayOfWeek,
    kFraction,
    kHour12,
    kHour24,
    kIsoYear,
    kIsoWeek,
    kJulian,
    kMonthName,
    kMonthAbbreviation,
    kMinute,
    kMonth,
    kOffset,
    kQuarter,
    kRomanMonth,
    kSecond,
    kSecondOfDay,
    kZoneHours,
    kZoneMinutes,
    kZone,
    kWeekOfMonth,
    kWeekOfYear,
    kYearComma,
    kYear,
};

struct TimePattern {
    std::string_view text;  // as written, with the case that shows how names are to look
    TimeField field;
    int digits = 0;  // or the width of a name
};

// What the text begins with, in any case; nullptr: no field.
const TimePattern* find_time_pattern(std::string_view text);
// Whether it begins with these capitals, in any case.
bool begins_with(std::string_view text, std::string_view upper);

}  // namespace smew::engine
