#pragma once
// Names of project tables: DuckDB's replacement scan that gives them meaning, and what of them is rewritten on the
// parse tree before. Internal to engine/.

#include "core/error.hpp"
#include "engine/parse_tree.hpp"

#include <duckdb/main/config.hpp>

namespace smew::engine {

class SessionState;

// "in_c_sales.orders" becomes a reference to the attached version, at every bind: in statements, views, macros.
duckdb::ReplacementScan project_table_scan();

// Rewrites, on the tree:
// - schema "public" to DuckDB's "main", which plays its part;
// - in_c_sales.orders.id to orders.id: the scan's alias has no schema (two tables of one name in two buckets get
// aliases
//   that tell them apart).
void rewrite_names(TreeParts& parts, SessionState& session);

// Names without a schema that the search path finds in a bucket before it finds them in a schema of the workspace.
// Needs the catalog, so it opens a transaction where none is open.
Result<void> apply_search_path(TreeParts& parts, SessionState& session, duckdb::ClientContext& context);

// in_c_* and out_c_* belong to the project, whether such a bucket exists or not.
bool is_reserved_schema(std::string_view schema);

}  // namespace smew::engine
