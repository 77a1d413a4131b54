#pragma once
// PostgreSQL's system columns, on the parse tree: tableoid and xmin of its own catalogs, which clients read to tell
// kinds of objects apart and to see what has changed, are constants; ctid of the workspace's tables, by which clients
// change rows that have no key, is DuckDB's row number. Internal to engine/.

#include "engine/parse_tree.hpp"

#include <duckdb/main/client_context.hpp>
#include <duckdb/parser/sql_statement.hpp>

#include <functional>

namespace smew::engine {

// Whether the statement that survey() was made of names one.
bool names_system_columns(const TreeParts& parts);

using HasRowNumbers = std::function<bool(const duckdb::BaseTableRef&)>;
// Replaces columns: what survey() found before is stale.
void rewrite_system_columns(duckdb::SQLStatement& statement, const HasRowNumbers& has_row_numbers);
// A table of the workspace without a column ctid of its own.
bool has_row_numbers(duckdb::ClientContext& context, const duckdb::BaseTableRef& table);

}  // namespace smew::engine
