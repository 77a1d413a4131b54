// to_char() of dates, times and intervals.
#include "core/error.hpp"
#include "engine/time_patterns.hpp"
#include "engine/to_char.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace smew::engine {
namespace {

constexpr std::int64_t kJulianOf1970 = 2'440'588;

// In the case the pattern is written in: MONTH, Month, month.
std::string in_case_of(std::string_view pattern, std::string_view text) {
    std::string out(text);
    const bool first_upper = std::isupper(static_cast<unsigned char>(pattern[0])) != 0;
    const bool rest_upper = pattern.size() > 1 && std::isupper(static_cast<unsigned char>(pattern[1])) != 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        const bool upper = i == 0 ? first_upper : first_upper && rest_upper;
        out[i] = static_cast<char>(upper ? std::toupper(byte) : std::tolower(byte));
    }
    return out;
}

std::string padded(std::int64_t value, int width, bool fill) {
    std::string digits = std::to_string(std::abs(value));
    if (fill && static_cast<int>(digits.size()) < width)
        digits.insert(0, static_cast<std::size_t>(width) - digits.size(), '0');
    return (value < 0 ? "-" : "") + digits;
}

std::string blank_padded(std::string text, std::size_t width, bool fill) {
    if (fill && text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

bool is_leap(std::int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int weekday(std::int64_t day_number) {  // 0 is Sunday
    return static_cast<int>(((day_number + 4) % 7 + 7) % 7);
}

int day_of_year(const ShownTime& time) {
    constexpr std::array kBefore = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    const int month = std::clamp(time.month, 1, 12);
    return kBefore[static_cast<std::size_t>(month - 1)] + static_cast<int>(time.day) +
           (month > 2 && is_leap(time.year) ? 1 : 0);
}

struct IsoDate {
    std::int64_t year;
    int week, day;  // 1 is Monday
};

// ISO 8601: the week belongs to the year of its Thursday.
IsoDate iso_date(const ShownTime& time) {
    const int day = weekday(time.day_number) == 0 ? 7 : weekday(time.day_number);
    std::int64_t year = time.year;
    int thursday = day_of_year(time) + 4 - day;  // of this week, counted in this year
    const auto days_in = [](std::int64_t of) { return is_leap(of) ? 366 : 365; };
    if (thursday < 1) thursday += days_in(--year);
    if (thursday > days_in(year)) thursday -= days_in(year++);
    return {year, (thursday - 1) / 7 + 1, day};
}

// The year a reader sees: 1 BC is 1.
std::int64_t shown_year(std::int64_t year, bool is_interval) {
    return is_interval || year > 0 ? year : 1 - year;
}

std::string year_digits(std::int64_t year, int digits, bool fill) {
    constexpr std::array<std::int64_t, 5> kPowers = {1, 10, 100, 1'000, 10'000};
    if (digits == 4) return padded(year, 4, fill);
    return padded(year % kPowers[static_cast<std::size_t>(digits)], digits, fill);
}

[[noreturn]] void no_such_field() {
    throw ErrorException(Error{sqlstate::kInvalidDatetimeFormat, "invalid format specification for an interval value",
                               "", "Intervals are not tied to specific calendar dates."});
}

bool needs_calendar(TimeField field) {
    switch (field) {
        case TimeField::kBc:
        case TimeField::kDayName:
        case TimeField::kDayAbbreviation:
        case TimeField::kIsoDay:
        case TimeField::kDayOfWeek:
        case TimeField::kMonthName:
        case TimeField::kMonthAbbreviation:
        case TimeField::kOffset:
        case TimeField::kZone:
        case TimeField::kZoneHours:
        case TimeField::kZoneMinutes:
            return true;
        default:
            return false;
    }
}

std::string century(const ShownTime& time, bool fill) {
    if (time.is_interval) return padded(time.year / 100, 2, fill);
    const std::int64_t value = time.year > 0 ? (time.year - 1) / 100 + 1 : time.year / 100 - 1;
    return padded(value, value < 0 ? 3 : 2, fill);
}

std::string offset(const ShownTime& time, TimeField field) {
    const int seconds = std::abs(time.zone_offset);
    std::string sign = time.zone_offset < 0 ? "-" : "+";
    if (field == TimeField::kZoneMinutes) return padded(seconds / 60 % 60, 2, true);
    if (field == TimeField::kZone && time.zone_offset == 0) return "UTC";
    std::string text = sign + padded(seconds / 3600, 2, true);
    if (field == TimeField::kZoneHours || seconds / 60 % 60 == 0) return text;
    return text + ":" + padded(seconds / 60 % 60, 2, true);
}

std::string field_text(const ShownTime& time, const TimePattern& pattern, std::string_view written, bool fill) {
    if (time.is_interval && needs_calendar(pattern.field)) no_such_field();
    const auto number = [&](std::int64_t value) { return padded(value, pattern.digits, fill); };
    const auto name = [&](std::string_view text) {
        return blank_padded(in_case_of(written, text), static_cast<std::size_t>(pattern.digits), fill);
    };
    const bool lower = std::islower(static_cast<unsigned char>(written[0])) != 0;
    const bool dots = written.size() == 4;
    const auto marked = [&](std::string_view upper) {
        std::string text = dots ? std::string{upper[0], '.', upper[1], '.'} : std::string(upper);
        if (lower)
            std::transform(text.begin(), text.end(), text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return text;
    };
    const std::size_t month = static_cast<std::size_t>(std::clamp(time.month, 1, 12) - 1);
    const std::size_t day = static_cast<std::size_t>(weekday(time.day_number));
    switch (pattern.field) {
        case TimeField::kAmPm:
            return marked(time.hour % 24 >= 12 ? "PM" : "AM");
        case TimeField::kBc:
            return marked(time.year <= 0 ? "BC" : "AD");
        case TimeField::kCentury:
            return century(time, fill);
        case TimeField::kDayName:
            return name(kDayNames[day]);
        case TimeField::kDayAbbreviation:
            return in_case_of(written, kDayNames[day].substr(0, 3));
        case TimeField::kDayOfYear:
            return number(time.is_interval ? (time.year * 12 + time.month) * 30 + time.day : day_of_year(time));
        case TimeField::kDayOfIsoYear:
            return number((iso_date(time).week - 1) * 7 + iso_date(time).day);
        case TimeField::kDay:
            return number(time.day);
        case TimeField::kIsoDay:
            return number(iso_date(time).day);
        case TimeField::kDayOfWeek:
            return number(static_cast<std::int64_t>(day) + 1);
        case TimeField::kFraction:
            return padded(time.micros, 6, true)
                .substr(0, static_cast<std::size_t>(pattern.digits) + (time.micros < 0 ? 1 : 0));
        case TimeField::kHour12:
            return number(time.hour % 12 == 0 ? 12 : time.hour % 12);
        case TimeField::kHour24:
            return number(time.hour);
        case TimeField::kIsoYear:
            return year_digits(shown_year(iso_date(time).year, time.is_interval), pattern.digits, fill);
        case TimeField::kIsoWeek:
            return number(iso_date(time).week);
        case TimeField::kJulian:
            return std::to_string(time.day_number + kJulianOf1970);
        case TimeField::kMonthName:
            return name(kMonthNames[month]);
        case TimeField::kMonthAbbreviation:
            return in_case_of(written, kMonthNames[month].substr(0, 3));
        case TimeField::kMinute:
            return number(time.minute);
        case TimeField::kMonth:
            return number(time.month);
        case TimeField::kQuarter:
            return time.month == 0 ? std::string() : std::to_string((time.month - 1) / 3 + 1);
        case TimeField::kRomanMonth:
            return time.month == 0
                       ? std::string()
                       : blank_padded(lower ? in_case_of("a", kRomanMonths[month]) : std::string(kRomanMonths[month]),
                                      4, fill);
        case TimeField::kSecond:
            return number(time.second);
        case TimeField::kSecondOfDay:
            return std::to_string(time.hour * 3600 + time.minute * 60 + time.second);
        case TimeField::kOffset:
        case TimeField::kZoneHours:
        case TimeField::kZoneMinutes:
        case TimeField::kZone:
            return offset(time, pattern.field);
        case TimeField::kWeekOfMonth:
            return number((time.day - 1) / 7 + 1);
        case TimeField::kWeekOfYear:
            return number((day_of_year(time) - 1) / 7 + 1);
        case TimeField::kYearComma: {
            const std::int64_t year = shown_year(time.year, time.is_interval);
            return std::to_string(year / 1000) + "," + padded(year % 1000, 3, true);
        }
        case TimeField::kYear:
            return year_digits(shown_year(time.year, time.is_interval), pattern.digits, fill);
    }
    return {};
}

// 1ST, 2nd, 13th: behind the last digits.
std::string ordinal(const std::string& number, bool upper) {
    const char last = number.empty() ? '0' : number.back();
    const bool teen = number.size() > 1 && number[number.size() - 2] == '1';
    std::string_view suffix = "th";
    if (!teen && last == '1') suffix = "st";
    if (!teen && last == '2') suffix = "nd";
    if (!teen && last == '3') suffix = "rd";
    std::string out(suffix);
    if (upper)
        std::transform(out.begin(), out.end(), out.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

// Reads a quoted part or an escaped character; 0: there is none at the front.
std::size_t copy_literal(std::string_view rest, std::string& out) {
    if (rest[0] == '\\' && rest.size() > 1 && rest[1] == '"') {
        out += '"';
        return 2;
    }
    if (rest[0] != '"') return 0;
    std::size_t at = 1;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        out += rest[at];
    }
    return std::min(at + 1, rest.size());
}

}  // namespace

std::string time_to_char(const ShownTime& time, std::string_view pattern) {
    std::string out;
    while (!pattern.empty()) {
        if (const std::size_t used = copy_literal(pattern, out); used > 0) {
            pattern.remove_prefix(used);
            continue;
        }
        bool fill = true;
        std::string_view rest = pattern;
        for (bool prefix = true; prefix;) {
            prefix = begins_with(rest, "FM") || begins_with(rest, "FX") || begins_with(rest, "TM");
            if (begins_with(rest, "FM") || begins_with(rest, "TM")) fill = false;
            if (prefix) rest.remove_prefix(2);
        }
        const TimePattern* found = find_time_pattern(rest);
        if (found == nullptr) {
            // A prefix without a field behind it is dropped, as FX at the front always is.
            if (rest.size() == pattern.size()) {
                out += rest[0];
                rest.remove_prefix(1);
            }
            pattern = rest;
            continue;
        }
        const std::string text = field_text(time, *found, rest.substr(0, found->text.size()), fill);
        rest.remove_prefix(found->text.size());
        out += text;
        if (rest.size() >= 2 && begins_with(rest, "TH")) {
            out += ordinal(text, rest[0] == 'T');
            rest.remove_prefix(2);
        }
        pattern = rest;
    }
    return out;
}

}  // namespace smew::engine
