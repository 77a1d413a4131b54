#pragma once
// What PostgreSQL calls unnamed columns: count(*) is "count", 1 + 1 is "?column?", x::date keeps "x". DuckDB calls them
// by their text, which neither clients that fetch by name nor queries around a subquery look for.
// Source: PostgreSQL 15, src/backend/parser/parse_target.c, FigureColnameInternal. Internal to engine/.

#include "engine/parse_tree.hpp"

#include <duckdb/parser/sql_statement.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine {

// Gives columns their names in the tree: of subqueries, of what CREATE TABLE AS and CREATE VIEW make, of VALUES and of
// RETURNING. `sql` is the text the tree was parsed from: some names are in it only.
void name_columns(duckdb::SQLStatement& statement, TreeParts& parts, std::string_view sql);

// What is left: "?column?" may stand for several columns of a result, but for one of a query whose columns are used.
// One for each column of a SELECT; nullopt where the planned name stays. Empty when the list has a star or is not known
// before planning, and for other statements.
std::vector<std::optional<std::string>> result_names(const duckdb::SQLStatement& statement);

// DuckDB makes the names of a subquery's columns unequal; of several "?column?", `SELECT *` shows no numbers.
std::string shown_name(const std::string& planned);

}  // namespace smew::engine
