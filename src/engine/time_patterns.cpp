#include "engine/time_patterns.hpp"

#include <algorithm>
#include <cctype>

namespace smew::engine {
namespace {

// Longer ones first where one begins as another does.
constexpr std::array kPatterns = {
    TimePattern{"A.M.", TimeField::kAmPm, 0},
    TimePattern{"P.M.", TimeField::kAmPm, 0},
    TimePattern{"AM", TimeField::kAmPm, 0},
    TimePattern{"PM", TimeField::kAmPm, 0},
    TimePattern{"A.D.", TimeField::kBc, 0},
    TimePattern{"B.C.", TimeField::kBc, 0},
    TimePattern{"AD", TimeField::kBc, 0},
    TimePattern{"BC", TimeField::kBc, 0},
    TimePattern{"CC", TimeField::kCentury, 2},
    TimePattern{"DAY", TimeField::kDayName, 9},
    TimePattern{"DDD", TimeField::kDayOfYear, 3},
    TimePattern{"DD", TimeField::kDay, 2},
    TimePattern{"DY", TimeField::kDayAbbreviation, 3},
    TimePattern{"D", TimeField::kDayOfWeek, 1},
    TimePattern{"FF1", TimeField::kFraction, 1},
    TimePattern{"FF2", TimeField::kFraction, 2},
    TimePattern{"FF3", TimeField::kFraction, 3},
    TimePattern{"FF4", TimeField::kFraction, 4},
    TimePattern{"FF5", TimeField::kFraction, 5},
    TimePattern{"FF6", TimeField::kFraction, 6},
    TimePattern{"HH24", TimeField::kHour24, 2},
    TimePattern{"HH12", TimeField::kHour12, 2},
    TimePattern{"HH", TimeField::kHour12, 2},
    TimePattern{"IDDD", TimeField::kDayOfIsoYear, 3},
    TimePattern{"ID", TimeField::kIsoDay, 1},
    TimePattern{"IW", TimeField::kIsoWeek, 2},
    TimePattern{"IYYY", TimeField::kIsoYear, 4},
    TimePattern{"IYY", TimeField::kIsoYear, 3},
    TimePattern{"IY", TimeField::kIsoYear, 2},
    TimePattern{"I", TimeField::kIsoYear, 1},
    TimePattern{"J", TimeField::kJulian, 0},
    TimePattern{"MI", TimeField::kMinute, 2},
    TimePattern{"MM", TimeField::kMonth, 2},
    TimePattern{"MONTH", TimeField::kMonthName, 9},
    TimePattern{"MON", TimeField::kMonthAbbreviation, 3},
    TimePattern{"MS", TimeField::kFraction, 3},
    TimePattern{"OF", TimeField::kOffset, 0},
    TimePattern{"Q", TimeField::kQuarter, 1},
    TimePattern{"RM", TimeField::kRomanMonth, 4},
    TimePattern{"SSSSS", TimeField::kSecondOfDay, 0},
    TimePattern{"SSSS", TimeField::kSecondOfDay, 0},
    TimePattern{"SS", TimeField::kSecond, 2},
    TimePattern{"TZH", TimeField::kZoneHours, 2},
    TimePattern{"TZM", TimeField::kZoneMinutes, 2},
    TimePattern{"TZ", TimeField::kZone, 0},
    TimePattern{"US", TimeField::kFraction, 6},
    TimePattern{"WW", TimeField::kWeekOfYear, 2},
    TimePattern{"W", TimeField::kWeekOfMonth, 1},
    TimePattern{"Y,YYY", TimeField::kYearComma, 4},
    TimePattern{"YYYY", TimeField::kYear, 4},
    TimePattern{"YYY", TimeField::kYear, 3},
    TimePattern{"YY", TimeField::kYear, 2},
    TimePattern{"Y", TimeField::kYear, 1},
};

}  // namespace

bool begins_with(std::string_view text, std::string_view upper) {
    return text.size() >= upper.size() && std::equal(upper.begin(), upper.end(), text.begin(), [](char a, char b) {
               return a == std::toupper(static_cast<unsigned char>(b));
           });
}

const TimePattern* find_time_pattern(std::string_view text) {
    const auto* found = std::find_if(kPatterns.begin(), kPatterns.end(),
                                     [&](const TimePattern& one) { return begins_with(text, one.text); });
    return found == kPatterns.end() ? nullptr : found;
}

}  // namespace smew::engine
