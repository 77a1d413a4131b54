#pragma once
// PostgreSQL's system columns of its own catalogs, tableoid and xmin, which clients read to tell kinds of objects apart
// and to see what has changed. Rows here have none, so they become constants on the parse tree. Internal to engine/.

#include "engine/parse_tree.hpp"

#include <duckdb/parser/sql_statement.hpp>

namespace smew::engine {

// Whether the statement that survey() was made of names one.
bool names_system_columns(const TreeParts& parts);
// Replaces columns: what survey() found before is stale.
void rewrite_system_columns(duckdb::SQLStatement& statement);

}  // namespace smew::engine
