#pragma once
// ALTER TABLE as PostgreSQL reads it. Internal to engine/.

#include <duckdb/main/client_context.hpp>
#include <duckdb/parser/sql_statement.hpp>

namespace smew::engine {

// ALTER TABLE … RENAME TO renames a view as well, which DuckDB wants said. Looks into the catalog.
void rename_view_as_view(duckdb::ClientContext& context, duckdb::SQLStatement& statement);

}  // namespace smew::engine
