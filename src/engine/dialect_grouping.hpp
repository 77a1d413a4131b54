#pragma once
// SELECT c.* … GROUP BY c.id: where a query groups by a table's primary key, the table's other columns have one value a
// group and may be named without an aggregate. DuckDB wants them among what is grouped by. Internal to engine/.

#include <duckdb/main/client_context.hpp>
#include <duckdb/parser/sql_statement.hpp>

namespace smew::engine {

// Adds the columns that are named to GROUP BY. Looks into the catalog for keys.
void complete_grouping(duckdb::ClientContext& context, duckdb::SQLStatement& statement);

}  // namespace smew::engine
