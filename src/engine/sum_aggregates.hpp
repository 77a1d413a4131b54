#pragma once
// sum() with PostgreSQL's result types: a bigint of smallints and integers, where DuckDB gives a hugeint, which clients
// could only read as a numeric; and of intervals, which DuckDB does not add up. Internal to engine/.

#include <duckdb/main/database.hpp>

namespace smew::engine {

// Changes sum() in the instance's catalog. Call before any connection runs SQL.
void install_sum_aggregates(duckdb::DatabaseInstance& database);

}  // namespace smew::engine
