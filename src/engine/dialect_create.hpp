#pragma once
// CREATE TABLE and CREATE INDEX as PostgreSQL has them, of what DuckDB has: serial and identity columns are sequences
// that belong to the table, an index without a name gets PostgreSQL's. Internal to engine/.

#include "engine/statement.hpp"

#include <duckdb/main/client_context.hpp>

namespace smew::engine {

// Changes the tree and says what is to be done before and after it. Looks into the catalog for names that are free.
void complete_create(duckdb::ClientContext& context, ParsedStatement::Parts& parts);

}  // namespace smew::engine
