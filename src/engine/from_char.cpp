#include "engine/from_char.hpp"

#include "engine/time_patterns.hpp"
#include "engine/to_char.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace smew::engine {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_blank(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

// Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
std::int64_t days_of(std::int64_t year, int month, int day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t of_era = year - era * 400;
    const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

int days_in(std::int64_t year, int month) {
    if (month == 12) return 31;
    return static_cast<int>(days_of(year, month + 1, 1) - days_of(year, month, 1));
}

class TimeReader {
public:
    TimeReader(std::string_view text, std::string_view pattern) : text_(text), pattern_(pattern) {}

    Result<ReadTime> read() {
        while (!pattern_.empty() && !failure_) step();
        if (failure_) return *failure_;
        return assemble();
    }

private:
    void fail(const Sqlstate& code, std::string message) {
        if (!failure_) failure_ = Error{code, std::move(message), "", ""};
    }

    void step() {
        if (begins_with(pattern_, "FM") || begins_with(pattern_, "FX") || begins_with(pattern_, "TM")) {
            pattern_.remove_prefix(2);
            return;
        }
        if (const TimePattern* pattern = find_time_pattern(pattern_)) {
            pattern_.remove_prefix(pattern->text.size());
            if (begins_with(pattern_, "TH")) ordinal_ = true, pattern_.remove_prefix(2);
            field(*pattern);
            return;
        }
        separator();
    }

    // A blank or punctuation of the pattern stands for any blanks and punctuation of the text; letters for themselves.
    void separator() {
        const char c = pattern_[0];
        pattern_.remove_prefix(1);
        if (c == '"') {
            while (!pattern_.empty() && pattern_[0] != '"') {
                pattern_.remove_prefix(1);
                if (!text_.empty()) text_.remove_prefix(1);
            }
            if (!pattern_.empty()) pattern_.remove_prefix(1);
            return;
        }
        if (is_blank(c) || std::ispunct(static_cast<unsigned char>(c)) != 0) {
            skip_blanks();
            if (!text_.empty() && !std::isalnum(static_cast<unsigned char>(text_[0])) && !signed_number_follows()) {
                text_.remove_prefix(1);
            }
            return;
        }
        if (!text_.empty()) text_.remove_prefix(1);
    }

    bool signed_number_follows() const {
        return text_.size() > 1 && (text_[0] == '-' || text_[0] == '+') && begins_with(pattern_, "TZH");
    }

    void skip_blanks() {
        while (!text_.empty() && is_blank(text_[0])) text_.remove_prefix(1);
    }

    // Digits, at most `width` when digits follow in the pattern at once; 0: as many as there are.
    std::optional<std::int64_t> number(int width) {
        skip_blanks();
        bool negative = false;
        if (!text_.empty() && (text_[0] == '-' || text_[0] == '+')) {
            negative = text_[0] == '-';
            text_.remove_prefix(1);
        }
        std::size_t count = 0;
        const TimePattern* next = find_time_pattern(pattern_);
        const std::size_t limit = next != nullptr && width > 0 ? static_cast<std::size_t>(width) : 18;
        while (count < limit && count < text_.size() && is_digit(text_[count])) ++count;
        if (count == 0) {
            fail(sqlstate::kInvalidDatetimeFormat,
                 "invalid value \"" + std::string(text_.substr(0, 4)) + "\" for a number in the pattern");
            return std::nullopt;
        }
        const std::int64_t value = std::strtoll(std::string(text_.substr(0, count)).c_str(), nullptr, 10);
        read_digits_ = static_cast<int>(count);
        text_.remove_prefix(count);
        if (ordinal_ && text_.size() >= 2) text_.remove_prefix(2);
        ordinal_ = false;
        return negative ? -value : value;
    }

    template <class Names>
    int name(const Names& names, bool abbreviated) {
        skip_blanks();
        for (std::size_t i = 0; i < names.size(); ++i) {
            std::string upper(abbreviated ? names[i].substr(0, 3) : names[i]);
            std::transform(upper.begin(), upper.end(), upper.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            if (!begins_with_any_case(upper)) continue;
            text_.remove_prefix(upper.size());
            return static_cast<int>(i) + 1;
        }
        fail(sqlstate::kInvalidDatetimeFormat,
             "invalid value \"" + std::string(text_.substr(0, 9)) + "\" for a name in the pattern");
        return 0;
    }
    bool begins_with_any_case(const std::string& upper) const { return begins_with(text_, upper); }

    void set(std::optional<std::int64_t>& slot, int width) { slot = number(width); }

    void year(int digits) {
        auto value = number(digits);
        if (!value) return;
        // The year closest to 2020 that ends so.
        if (read_digits_ < 4 && digits < 4 && *value >= 0) {
            if (read_digits_ <= 2)
                *value += *value < 70 ? 2000 : 1900;
            else
                *value += *value < 520 ? 2000 : 1000;
        }
        year_ = value;
    }

    void fraction(int digits) {
        skip_blanks();
        std::string shown;
        while (!text_.empty() && is_digit(text_[0]) && static_cast<int>(shown.size()) < digits) {
            shown += text_[0];
            text_.remove_prefix(1);
        }
        shown.resize(6, '0');
        micros_ = std::atoi(shown.c_str());
    }

    void marker(std::optional<bool>& slot, std::string_view set_by) {
        skip_blanks();
        const bool dots = text_.size() > 1 && text_[1] == '.';
        if (text_.size() >= 2) slot = std::toupper(static_cast<unsigned char>(text_[0])) == set_by[0];
        text_.remove_prefix(std::min<std::size_t>(dots ? 4 : 2, text_.size()));
    }

    void zone_hours() {
        skip_blanks();
        const bool west = !text_.empty() && text_[0] == '-';
        const auto hours = number(2);
        if (hours) zone_ = static_cast<std::int32_t>(*hours) * 3600, zone_west_ = west;
    }

    void field(const TimePattern& pattern) {
        switch (pattern.field) {
            case TimeField::kYear:
                return year(pattern.digits);
            case TimeField::kYearComma: {
                const auto thousands = number(0);
                if (!text_.empty()) text_.remove_prefix(1);
                const auto rest = number(3);
                if (thousands && rest) year_ = *thousands * 1000 + *rest;
                return;
            }
            case TimeField::kMonth:
                return set(month_, 2);
            case TimeField::kMonthName:
                month_ = name(kMonthNames, false);
                return;
            case TimeField::kMonthAbbreviation:
                month_ = name(kMonthNames, true);
                return;
            case TimeField::kRomanMonth:
                month_ = roman_month();
                return;
            case TimeField::kDay:
                return set(day_, 2);
            case TimeField::kDayOfYear:
                return set(day_of_year_, 3);
            case TimeField::kJulian:
                return set(julian_, 0);
            case TimeField::kDayName:
                name(kDayNames, false);
                return;
            case TimeField::kDayAbbreviation:
                name(kDayNames, true);
                return;
            case TimeField::kHour24:
                twelve_ = false;
                return set(hour_, 2);
            case TimeField::kHour12:
                twelve_ = true;
                return set(hour_, 2);
            case TimeField::kMinute:
                return set(minute_, 2);
            case TimeField::kSecond:
                return set(second_, 2);
            case TimeField::kSecondOfDay:
                return set(second_of_day_, 5);
            case TimeField::kFraction:
                return fraction(pattern.digits);
            case TimeField::kAmPm:
                return marker(afternoon_, "P");
            case TimeField::kBc:
                return marker(before_christ_, "B");
            case TimeField::kZoneHours:
                return zone_hours();
            case TimeField::kZoneMinutes: {
                const auto minutes = number(2);
                if (minutes)
                    zone_ = zone_.value_or(0) + static_cast<std::int32_t>(zone_west_ ? -*minutes : *minutes) * 60;
                return;
            }
            default:
                // ISO weeks, quarters and week numbers alone do not tell a day here.
                number(pattern.digits);
                return;
        }
    }

    // Longest first: VIII begins as VII does.
    int roman_month() {
        skip_blanks();
        int best = 0;
        for (std::size_t i = 0; i < kRomanMonths.size(); ++i) {
            const bool longer =
                best == 0 || kRomanMonths[i].size() > kRomanMonths[static_cast<std::size_t>(best - 1)].size();
            if (longer && begins_with_any_case(std::string(kRomanMonths[i]))) best = static_cast<int>(i) + 1;
        }
        if (best > 0) text_.remove_prefix(kRomanMonths[static_cast<std::size_t>(best - 1)].size());
        return best;
    }

    Result<ReadTime> assemble() {
        ReadTime time;
        std::int64_t hour = hour_.value_or(0);
        if (twelve_ && hour_) {
            if (hour < 1 || hour > 12) {
                return Error{sqlstate::kInvalidDatetimeFormat,
                             "hour \"" + std::to_string(hour) + "\" is invalid for the 12-hour clock", "",
                             "Use the 24-hour clock, or give an hour between 1 and 12."};
            }
            if (afternoon_ && *afternoon_ && hour < 12) hour += 12;
            if (afternoon_ && !*afternoon_ && hour == 12) hour = 0;
        }
        std::int64_t year = year_.value_or(1);
        if (before_christ_ && *before_christ_) year = 1 - year;
        const std::int64_t month = month_.value_or(1), day = day_.value_or(1);
        const std::int64_t seconds =
            second_of_day_.value_or(hour * 3600 + minute_.value_or(0) * 60 + second_.value_or(0));
        const bool in_range = month >= 1 && month <= 12 && day >= 1 && day <= days_in(year, static_cast<int>(month)) &&
                              hour <= 24 && minute_.value_or(0) < 60 && second_.value_or(0) < 60 && seconds <= 86'400;
        if (!in_range) return Error{sqlstate::kDatetimeOverflow, "date/time field value out of range", "", ""};
        time.days = julian_ ? *julian_ - 2'440'588 : days_of(year, static_cast<int>(month), static_cast<int>(day));
        if (day_of_year_) time.days = days_of(year, 1, 1) + *day_of_year_ - 1;
        time.micros_of_day = seconds * 1'000'000 + micros_;
        time.zone_offset = zone_;
        return time;
    }

    std::string_view text_, pattern_;
    std::optional<Error> failure_;
    std::optional<std::int64_t> year_, month_, day_, day_of_year_, julian_, hour_, minute_, second_, second_of_day_;
    std::optional<bool> afternoon_, before_christ_;
    std::optional<std::int32_t> zone_;
    int micros_ = 0, read_digits_ = 0;
    bool twelve_ = false, ordinal_ = false, zone_west_ = false;
};

}  // namespace

Result<ReadTime> read_time(std::string_view text, std::string_view pattern) {
    return TimeReader(text, pattern).read();
}

Result<std::string> read_number(std::string_view text, std::string_view pattern) {
    std::string digits;
    bool negative = false, point = false;
    for (const char c : text) {
        if (is_digit(c)) digits += c;
        if (c == '-' || c == '<') negative = true;
        if (c == '.' && !point) digits += c, point = true;
    }
    if (digits.find_first_of("0123456789") == std::string::npos) {
        return Error{sqlstate::kInvalidTextRepresentation,
                     "invalid input syntax for type numeric: \"" + std::string(text) + "\"", "", ""};
    }
    const NumberScale scale = scale_of_pattern(pattern);
    if (scale.multiplied > 0 && !point && static_cast<int>(digits.size()) > scale.multiplied) {
        digits.insert(digits.size() - static_cast<std::size_t>(scale.multiplied), ".");
    }
    return (negative ? "-" : "") + digits;
}

}  // namespace smew::engine
