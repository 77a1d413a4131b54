#pragma once
// PostgreSQL's meaning for a parse tree, where DuckDB's binder would take it otherwise. Runs before the gate looks at
// the tree. What depends on types is not decided here but where types are known (postgres_casts.hpp, operators.hpp).
// Internal to engine/.

#include "engine/source_text.hpp"

#include <duckdb/parser/sql_statement.hpp>

namespace smew::engine {

// `source`: what the tree was parsed from. Throws through DuckDB what PostgreSQL refuses.
void apply_postgres_dialect(duckdb::SQLStatement& statement, const SourceText& source);

}  // namespace smew::engine
