#pragma once
// CREATE TABLE t (a int, LIKE other INCLUDING DEFAULTS). Internal to engine/.

#include <duckdb/main/client_context.hpp>
#include <duckdb/parser/parsed_data/create_table_info.hpp>

namespace smew::engine {

// Puts the other table's columns in the place of the one that the token step wrote for LIKE (dialect::kLikeColumn).
// Throws 42P01 through DuckDB when there is no such table.
void expand_like(duckdb::ClientContext& context, duckdb::CreateTableInfo& table);

}  // namespace smew::engine
