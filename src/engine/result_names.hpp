#pragma once
// What PostgreSQL calls a result's unnamed columns: count(*) is "count", 1 + 1 is "?column?", x::date keeps "x". DuckDB
// calls them by their text, which clients that fetch by name do not look for.
// Source: PostgreSQL 15, src/backend/parser/parse_target.c, FigureColnameInternal. Internal to engine/.

#include <duckdb/parser/sql_statement.hpp>

#include <optional>
#include <string>
#include <vector>

namespace smew::engine {

// One for each column of a SELECT; nullopt where the planned name stays. Empty when the list has a star or is not known
// before planning, and for other statements.
std::vector<std::optional<std::string>> result_names(const duckdb::SQLStatement& statement);

}  // namespace smew::engine
