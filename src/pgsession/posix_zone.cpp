#include "pgsession/calendar.hpp"
#include "pgsession/time_zone.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

// Reads a POSIX TZ string from front to back; every function gives false or nullopt at what it does not expect.
class PosixReader {
public:
    explicit PosixReader(std::string_view text) : text_(text) {}

    bool at_end() const { return text_.empty(); }
    bool take(char expected) {
        if (!text_.starts_with(expected)) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool skip_name() {
        const bool bracketed = take('<');
        std::size_t length = 0;
        while (length < text_.size() && in_name(text_[length], bracketed)) ++length;
        text_.remove_prefix(length);
        return length >= 1 && (!bracketed || take('>'));
    }
    std::optional<int> number() {
        std::size_t length = 0;
        int value = 0;
        while (length < text_.size() && length < 4 && text_[length] >= '0' && text_[length] <= '9') {
            value = value * 10 + (text_[length++] - '0');
        }
        text_.remove_prefix(length);
        if (length == 0) return std::nullopt;
        return value;
    }
    // [+-]hh[:mm[:ss]] in seconds.
    std::optional<std::int32_t> clock() {
        const bool negative = take('-');
        if (!negative) take('+');
        std::int32_t seconds = 0;
        for (const int unit : {3'600, 60, 1}) {
            if (unit != 3'600 && !take(':')) break;
            const std::optional<int> value = number();
            if (!value) return std::nullopt;
            seconds += *value * unit;
        }
        return negative ? -seconds : seconds;
    }
    std::optional<PosixRule> rule() {
        PosixRule rule;
        if (take('M')) {
            const auto month = number();
            if (!month || !take('.')) return std::nullopt;
            const auto week = number();
            if (!week || !take('.')) return std::nullopt;
            rule.month = *month;
            rule.week = *week;
            if (rule.month < 1 || rule.month > 12 || rule.week < 1 || rule.week > 5) return std::nullopt;
        } else {
            rule.kind = take('J') ? PosixRule::Kind::kJulianNoLeap : PosixRule::Kind::kDayOfYear;
        }
        const auto day = number();
        if (!day || *day > (rule.kind == PosixRule::Kind::kMonthWeekDay ? 6 : 366)) return std::nullopt;
        rule.day = *day;
        if (!take('/')) return rule;
        const auto time = clock();
        if (!time) return std::nullopt;
        rule.time_of_day = *time;
        return rule;
    }

private:
    static bool in_name(char c, bool bracketed) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (bracketed && ((c >= '0' && c <= '9') || c == '+' || c == '-'));
    }

    std::string_view text_;
};

// The day a rule falls on in a year, as days since 1970-01-01.
std::int64_t day_of_rule(const PosixRule& rule, std::int64_t year) {
    const std::int64_t new_year = days_from_civil({year, 1, 1});
    if (rule.kind == PosixRule::Kind::kDayOfYear) return new_year + rule.day;
    if (rule.kind == PosixRule::Kind::kJulianNoLeap) {
        return new_year + rule.day - 1 + (is_leap_year(year) && rule.day >= 60 ? 1 : 0);
    }
    const auto month = static_cast<unsigned>(rule.month);
    const std::int64_t first = days_from_civil({year, month, 1});
    const std::int64_t weekday = ((first + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
    std::int64_t day = (rule.day - weekday + 7) % 7 + (rule.week - 1) * 7;
    if (day >= static_cast<std::int64_t>(days_in_month(year, month))) day -= 7;
    return first + day;
}

}  // namespace

std::optional<PosixZone> parse_posix_zone(std::string_view text) {
    PosixReader reader(text);
    PosixZone zone;
    if (!reader.skip_name()) return std::nullopt;
    const auto west = reader.clock();
    if (!west) return std::nullopt;
    zone.standard_offset = -*west;
    if (reader.at_end()) return zone;

    PosixZone::Daylight daylight{.offset = zone.standard_offset + 3'600};
    if (!reader.skip_name()) return std::nullopt;
    if (!reader.take(',')) {
        const auto daylight_west = reader.clock();
        if (!daylight_west || !reader.take(',')) return std::nullopt;
        daylight.offset = -*daylight_west;
    }
    const auto begin = reader.rule();
    if (!begin || !reader.take(',')) return std::nullopt;
    const auto end = reader.rule();
    if (!end || !reader.at_end()) return std::nullopt;
    daylight.begin = *begin;
    daylight.end = *end;
    zone.daylight = daylight;
    return zone;
}

std::int32_t PosixZone::offset_at(std::int64_t utc_seconds) const {
    if (!daylight) return standard_offset;
    const std::int64_t local_day = floor_divide(utc_seconds + standard_offset, kSecondsPerDay);
    const std::int64_t year = civil_from_days(local_day).year;
    // A rule's time is local time as it was before the change.
    const std::int64_t begin =
        day_of_rule(daylight->begin, year) * kSecondsPerDay + daylight->begin.time_of_day - standard_offset;
    const std::int64_t end =
        day_of_rule(daylight->end, year) * kSecondsPerDay + daylight->end.time_of_day - daylight->offset;
    const bool in_daylight =
        begin <= end ? utc_seconds >= begin && utc_seconds < end : utc_seconds >= begin || utc_seconds < end;
    return in_daylight ? daylight->offset : standard_offset;
}

}  // namespace smew::pgsession
