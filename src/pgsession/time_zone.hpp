#pragma once
// A time zone read from the system's tzdata (/usr/share/zoneinfo), or a fixed offset. Immutable once loaded, so it may
// be shared; localtime_r will not do because its zone is the process's.
// Source: RFC 8536 "The Time Zone Information Format (TZif)" and POSIX's TZ variable for the years after the table.

#include "core/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::pgsession {

// When daylight saving time begins or ends: Mm.w.d, Jn or n of a POSIX TZ string.
struct PosixRule {
    enum class Kind : std::uint8_t { kMonthWeekDay, kJulianNoLeap, kDayOfYear };
    Kind kind = Kind::kMonthWeekDay;
    int month = 0, week = 0, day = 0;
    std::int32_t time_of_day = 7'200;  // seconds; from -167 to 167 hours
};
struct PosixZone {
    std::int32_t standard_offset = 0;  // seconds east of UTC
    struct Daylight {
        std::int32_t offset = 0;
        PosixRule begin, end;
    };
    std::optional<Daylight> daylight;

    std::int32_t offset_at(std::int64_t utc_seconds) const;
};
// nullopt: the text is no POSIX TZ string.
std::optional<PosixZone> parse_posix_zone(std::string_view text);

class TimeZone {
public:
    // By its name in tzdata, in any case ("Europe/Prague", "utc"). Error 22023 when there is none or it cannot be read.
    static Result<std::shared_ptr<const TimeZone>> load(std::string_view name);
    // The zone file's bytes. Error 22023 when they are no TZif.
    static Result<std::shared_ptr<const TimeZone>> parse(std::string name, std::string_view file);
    static std::shared_ptr<const TimeZone> fixed(std::string name, std::int32_t offset_seconds);

    const std::string& name() const { return name_; }
    // True when it is no zone of tzdata.
    bool is_fixed() const { return fixed_; }
    // Seconds east of UTC at that moment.
    std::int32_t offset_at(std::int64_t utc_seconds) const {
        if (always_ || (utc_seconds >= valid_from_ && utc_seconds < valid_to_)) return recent_;
        return look_up(utc_seconds);
    }

private:
    std::int32_t look_up(std::int64_t utc_seconds) const;

    std::string name_;
    std::vector<std::int64_t> transitions_;  // ascending
    std::vector<std::int32_t> offsets_;      // offsets_[i] holds from transitions_[i] on
    std::int32_t first_offset_ = 0;          // before the first transition
    std::optional<PosixZone> after_;         // after the last one
    bool always_ = false;                    // recent_ holds at any time
    bool fixed_ = false;
    // The stretch around "now": most values shown fall in it.
    std::int64_t valid_from_ = 0, valid_to_ = 0;
    std::int32_t recent_ = 0;
};

}  // namespace smew::pgsession
