// Functions of dates and times. Source: PostgreSQL 15 documentation, 9.9 "Date/Time Functions and Operators".
#include "pgcatalog/macro_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kMacros = {
    Macro{"justify_hours",
          R"((span) AS to_months(datepart('year', span)::INTEGER * 12 + datepart('month', span)::INTEGER)
        + to_days((datepart('day', span) + trunc(epoch(span - to_months(datepart('year', span)::INTEGER * 12
          + datepart('month', span)::INTEGER) - to_days(datepart('day', span)::INTEGER)) / 86400))::INTEGER)
        + to_microseconds(epoch_us(span - to_months(datepart('year', span)::INTEGER * 12
          + datepart('month', span)::INTEGER) - to_days(datepart('day', span)::INTEGER)) % 86400000000))"},
    Macro{"justify_days", R"((span) AS to_months((datepart('year', span) * 12 + datepart('month', span)
          + trunc(datepart('day', span) / 30))::INTEGER)
        + to_days((datepart('day', span) % 30)::INTEGER)
        + (span - to_months((datepart('year', span) * 12 + datepart('month', span))::INTEGER)
          - to_days(datepart('day', span)::INTEGER)))"},
    Macro{"make_interval", R"((years := 0, months := 0, weeks := 0, days := 0, hours := 0, mins := 0, secs := 0) AS
        to_months((years * 12 + months)::INTEGER) + to_days((weeks * 7 + days)::INTEGER)
        + to_hours(hours::BIGINT) + to_minutes(mins::BIGINT) + to_microseconds(round(secs * 1000000)::BIGINT))"},
    Macro{"date_bin", "(stride, source, origin) AS time_bucket(stride, source, origin)"},
    Macro{"timeofday", "() AS strftime(pg_catalog.clock_timestamp(), '%a %b %d %H:%M:%S.%f %Y %Z')"},
    Macro{"justify_interval", "(span) AS pg_catalog.justify_days(pg_catalog.justify_hours(span))"},
};

}  // namespace

std::span<const Macro> time_macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
