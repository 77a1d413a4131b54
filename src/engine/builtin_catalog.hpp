#pragma once
// Puts the relations and macros of pgcatalog/ into DuckDB's system catalog. Internal to engine/.

#include <duckdb/main/database.hpp>

namespace smew::engine {

// Each is parsed and bound when it is first named, so an instance that nobody asks pays nothing. DuckDB's own views and
// macros of those schemas stay for the names that pgcatalog/ does not define. Call before any connection runs SQL.
void install_builtin_catalog(duckdb::DatabaseInstance& database);

}  // namespace smew::engine
