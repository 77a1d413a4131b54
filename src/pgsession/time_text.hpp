#pragma once
// Dates, times and intervals as PostgreSQL prints them with DateStyle ISO and IntervalStyle postgres. Each function
// writes at `out`, which has room for kTimeTextMax, and returns the end. Arguments are as the engine gives them: days
// and microseconds since 1970-01-01.

#include "engine/types.hpp"
#include "pgsession/number_text.hpp"
#include "pgsession/time_zone.hpp"

#include <cstdint>

namespace smew::pgsession {

inline constexpr std::size_t kTimeTextMax = 64;
inline constexpr std::size_t kIntervalTextMax = 128;

Octet* write_date(Octet* out, std::int32_t days);
Octet* write_time(Octet* out, std::int64_t micros);
// `bits`: upper 40 bits µs, lower 24 bits: how far the offset lies below +15:59:59.
Octet* write_time_tz(Octet* out, std::uint64_t bits);
// `separator` stands between date and time: a blank, or the T of JSON.
Octet* write_timestamp(Octet* out, std::int64_t micros, char separator = ' ');
// `full_offset`: +00:00 also for whole hours, as JSON has it.
Octet* write_timestamp_tz(Octet* out, std::int64_t micros, const TimeZone& zone, char separator = ' ',
                          bool full_offset = false);
Octet* write_interval(Octet* out, engine::Interval interval);

// The parts of kTimeTz.
std::int64_t time_tz_micros(std::uint64_t bits);
std::int32_t time_tz_offset(std::uint64_t bits);  // seconds east of UTC

}  // namespace smew::pgsession
