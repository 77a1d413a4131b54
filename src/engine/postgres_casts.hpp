#pragma once
// PostgreSQL's text forms in casts, where DuckDB's differ: '{1,NULL}' to arrays, '\x1f' to bytea, 'yes' to boolean,
// '1.5' not to integers. They take the place of DuckDB's casts in every session that speaks PostgreSQL's dialect, and
// so hold for constants, columns and what is inserted alike. Internal to engine/.

#include <duckdb/main/database.hpp>

namespace smew::engine {

// Call once, before any connection runs SQL of strangers.
void install_postgres_casts(duckdb::DatabaseInstance& database);

}  // namespace smew::engine
