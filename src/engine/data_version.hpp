#pragma once
// Whether the rows of the workspace's tables have changed since a plan was made. DuckDB plans by what it knows of a
// table's values (its least and largest, whether there are NULLs) and keeps the plan of a prepared statement as long as
// the catalog stays; a filter that no row could meet then is an empty result for ever. Internal to engine/.

#include <duckdb/main/client_context.hpp>

#include <cstdint>

namespace smew::engine {

// To be called once for every connection that may change something.
void follow_changes(duckdb::ClientContext& context);

// Counts the commits of all connections of the database that changed its tables.
std::uint64_t data_version(duckdb::ClientContext& context);

// The statement that is about to run changes a definition: CREATE, ALTER, DROP.
void note_definition(duckdb::ClientContext& context);

// Counts the commits of all connections of the database with such statements.
std::uint64_t definitions_version(duckdb::ClientContext& context);

// The open transaction has changed something that is not committed.
bool has_uncommitted_changes(duckdb::ClientContext& context);

}  // namespace smew::engine
