#pragma once
// PostgreSQL's text forms of moments with a zone. DuckDB reads such texts by a cast of its ICU part, which knows the
// session's zone and which no other cast can take the place of or call; so a text is brought into a form that cast
// knows before it comes to it. Internal to engine/.

#include <duckdb/planner/logical_operator.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smew::engine {

// The transaction's start on the clock of the session's zone, in microseconds since 1970.
std::int64_t local_now(duckdb::ClientContext& context);

// '2024-01-05 00:00+00', '2024-01-05 00:00:00 +02', 'Jan 5, 2024 4:05 PM', 'today' as DuckDB reads them; nullopt: it
// reads the text as it is, or nothing is known of it.
std::optional<std::string> readable_zoned_text(duckdb::ClientContext& context, std::string_view text);

// Puts that before each cast of a text to a type with a zone. Words as 'now', whatever time they are cast to, are
// looked up anew in each run of the plan: it may be kept for long.
void prepare_zoned_casts(duckdb::ClientContext& context, duckdb::LogicalOperator& plan);

}  // namespace smew::engine
