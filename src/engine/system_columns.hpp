#pragma once
// PostgreSQL's system columns of its own catalogs, tableoid and xmin, which clients read to tell kinds of objects apart
// and to see what has changed. Rows here have none, so they become constants on the parse tree. Internal to engine/.

#include "engine/parse_tree.hpp"

#include <duckdb/parser/sql_statement.hpp>

namespace smew::engine {

// `parts` is what survey() found in the statement; its pointers to columns are stale afterwards.
void rewrite_system_columns(duckdb::SQLStatement& statement, const TreeParts& parts);

}  // namespace smew::engine
