#pragma once
// Operators whose result PostgreSQL and DuckDB disagree on: 7/2 is 3, 1/0 and 5 % 0 are errors (22012), date - date is
// an integer. They take the place of DuckDB's entries; which of the two a statement gets is decided when it is bound,
// by the dialect of its session, and costs nothing where they agree. Internal to engine/.

#include <duckdb/main/database.hpp>

namespace smew::engine {

// Call once, before any connection runs SQL of strangers.
void install_postgres_operators(duckdb::DatabaseInstance& database);

}  // namespace smew::engine
