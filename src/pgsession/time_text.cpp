#include "pgsession/time_text.hpp"

#include "pgsession/calendar.hpp"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <string_view>

namespace smew::pgsession {
namespace {

constexpr std::int32_t kMaxTimeTzOffset = 16 * 3600 - 1;

Octet* write_text(Octet* out, std::string_view text) {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

// ".ffffff" without trailing zeros; nothing for 0.
inline Octet* write_fraction(Octet* out, unsigned micros) {
    if (micros == 0) return out;
    *out = '.';
    write_padded(out + 1, micros, 6);
    Octet* end = out + 7;
    while (end[-1] == '0') --end;
    return end;
}

// Year (at least four digits), month and day; says whether " BC" is to follow.
inline Octet* write_civil(Octet* out, CivilDate date, bool& before_christ) {
    before_christ = date.year <= 0;
    const auto year = static_cast<std::uint64_t>(before_christ ? 1 - date.year : date.year);
    if (year < 10'000) {
        out = write_two_digits(out, static_cast<unsigned>(year / 100));
        out = write_two_digits(out, static_cast<unsigned>(year % 100));
    } else {
        out = write_uint(out, year);
    }
    *out++ = '-';
    out = write_two_digits(out, date.month);
    *out++ = '-';
    return write_two_digits(out, date.day);
}

inline Octet* write_clock(Octet* out, std::int64_t micros) {
    const auto seconds = static_cast<unsigned>(micros / kMicrosPerSecond);
    out = write_two_digits(out, seconds / 3600);
    *out++ = ':';
    out = write_two_digits(out, seconds / 60 % 60);
    *out++ = ':';
    out = write_two_digits(out, seconds % 60);
    return write_fraction(out, static_cast<unsigned>(micros % kMicrosPerSecond));
}

// +hh, +hh:mm or +hh:mm:ss, as short as it is exact.
Octet* write_offset(Octet* out, std::int32_t offset, bool with_minutes) {
    *out++ = offset < 0 ? '-' : '+';
    const auto seconds = static_cast<unsigned>(std::abs(offset));
    out = write_two_digits(out, seconds / 3600);
    if (seconds % 3600 == 0 && !with_minutes) return out;
    *out++ = ':';
    out = write_two_digits(out, seconds / 60 % 60);
    if (seconds % 60 == 0) return out;
    *out++ = ':';
    return write_two_digits(out, seconds % 60);
}

// Infinities have no date; nullptr for all other values.
Octet* write_infinity(Octet* out, std::int64_t micros) {
    if (micros == std::numeric_limits<std::int64_t>::max()) return write_text(out, "infinity");
    if (micros == -std::numeric_limits<std::int64_t>::max()) return write_text(out, "-infinity");
    return nullptr;
}

struct Moment {
    CivilDate date;
    std::int64_t time_of_day;
};
Moment split_moment(std::int64_t micros) {
    const std::int64_t days = floor_divide(micros, kMicrosPerDay);
    return {civil_from_days(days), micros - days * kMicrosPerDay};
}

// One part of an interval, as " 3 days". A part behind a negative one shows its plus.
Octet* write_part(Octet* out, std::int64_t value, std::string_view unit, bool& nothing_yet, bool& negative_before) {
    if (value == 0) return out;
    if (!nothing_yet) *out++ = ' ';
    if (negative_before && value > 0) *out++ = '+';
    out = write_int(out, value);
    *out++ = ' ';
    out = write_text(out, unit);
    if (value != 1) *out++ = 's';
    nothing_yet = false;
    negative_before = value < 0;
    return out;
}

}  // namespace

Octet* write_date(Octet* out, std::int32_t days) {
    if (days == std::numeric_limits<std::int32_t>::max()) return write_text(out, "infinity");
    if (days == -std::numeric_limits<std::int32_t>::max()) return write_text(out, "-infinity");
    bool before_christ = false;
    out = write_civil(out, civil_from_days(days), before_christ);
    return before_christ ? write_text(out, " BC") : out;
}

Octet* write_time(Octet* out, std::int64_t micros) {
    return write_clock(out, micros);
}

std::int64_t time_tz_micros(std::uint64_t bits) {
    return static_cast<std::int64_t>(bits >> 24);
}
std::int32_t time_tz_offset(std::uint64_t bits) {
    return kMaxTimeTzOffset - static_cast<std::int32_t>(bits & 0xFF'FFFFU);
}

Octet* write_time_tz(Octet* out, std::uint64_t bits) {
    return write_offset(write_clock(out, time_tz_micros(bits)), time_tz_offset(bits), false);
}

Octet* write_timestamp(Octet* out, std::int64_t micros, char separator) {
    if (Octet* end = write_infinity(out, micros)) return end;
    const Moment moment = split_moment(micros);
    bool before_christ = false;
    out = write_civil(out, moment.date, before_christ);
    *out++ = static_cast<Octet>(separator);
    out = write_clock(out, moment.time_of_day);
    return before_christ ? write_text(out, " BC") : out;
}

Octet* write_timestamp_tz(Octet* out, std::int64_t micros, const TimeZone& zone, char separator, bool full_offset) {
    if (Octet* end = write_infinity(out, micros)) return end;
    const std::int32_t offset = zone.offset_at(floor_divide(micros, kMicrosPerSecond));
    Moment moment = split_moment(micros);
    // The local day is found apart from the sum, which could overflow at the ends of the range.
    moment.time_of_day += offset * kMicrosPerSecond;
    if (moment.time_of_day < 0 || moment.time_of_day >= kMicrosPerDay) {
        const std::int64_t shift = moment.time_of_day < 0 ? -1 : 1;
        moment.date = civil_from_days(floor_divide(micros, kMicrosPerDay) + shift);
        moment.time_of_day -= shift * kMicrosPerDay;
    }
    bool before_christ = false;
    out = write_civil(out, moment.date, before_christ);
    *out++ = static_cast<Octet>(separator);
    out = write_clock(out, moment.time_of_day);
    out = write_offset(out, offset, full_offset);
    return before_christ ? write_text(out, " BC") : out;
}

Octet* write_interval(Octet* out, engine::Interval interval) {
    bool nothing_yet = true;
    bool negative_before = false;
    out = write_part(out, interval.months / 12, "year", nothing_yet, negative_before);
    out = write_part(out, interval.months % 12, "mon", nothing_yet, negative_before);
    out = write_part(out, interval.days, "day", nothing_yet, negative_before);
    if (!nothing_yet && interval.micros == 0) return out;

    if (!nothing_yet) *out++ = ' ';
    if (interval.micros < 0) {
        *out++ = '-';
    } else if (negative_before) {
        *out++ = '+';
    }
    const std::uint64_t micros = interval.micros < 0 ? 0 - static_cast<std::uint64_t>(interval.micros)
                                                     : static_cast<std::uint64_t>(interval.micros);
    const std::uint64_t seconds = micros / 1'000'000;
    out = write_padded(out, seconds / 3600, 2);
    *out++ = ':';
    out = write_two_digits(out, static_cast<unsigned>(seconds / 60 % 60));
    *out++ = ':';
    out = write_two_digits(out, static_cast<unsigned>(seconds % 60));
    return write_fraction(out, static_cast<unsigned>(micros % 1'000'000));
}

}  // namespace smew::pgsession
