#pragma once
// DuckDB's own listings, duckdb_tables() and its like, as the users of a workspace see them: the workspace by its
// database's name, schema main as public, and nothing of files, internal functions or the views that smew makes.
// Internal to engine/.

#include <duckdb/function/table_function.hpp>

#include <string_view>

namespace smew::engine {

bool is_duckdb_listing(std::string_view function);
void guard_listing(duckdb::TableFunction& function);

}  // namespace smew::engine
