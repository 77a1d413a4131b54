#pragma once
// PostgreSQL's input forms of dates, times and intervals beyond those DuckDB reads. Internal to engine/.
// Source: PostgreSQL 15 documentation, 8.5 "Date/Time Types" and appendix B "Date/Time Support" (DateStyle ISO, MDY).

#include "engine/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smew::engine {

// '1 year 2 mons -3 days 04:05:06.7 ago', '1-2', '3 4:05:06', 'P1Y2M3DT4H', '@ 1 minute'. nullopt: none of them.
std::optional<Interval> read_interval(std::string_view text);

// 'Jan 5, 2024 04:05 PM', '20240105', '1/5/2024', 'today' in the form '2024-01-05 16:05'; nullopt where nothing is
// known of the text. `now`: microseconds since 1970, on the clock of the session's zone.
std::optional<std::string> iso_datetime(std::string_view text, std::int64_t now);

// '10:00+02' and '10:00:00 +02' as '10:00:00+02', as DuckDB wants a clock that an offset or a zone follows; a date may
// come before. nullopt: nothing follows a clock.
std::optional<std::string> with_full_clock(std::string_view text);

}  // namespace smew::engine
