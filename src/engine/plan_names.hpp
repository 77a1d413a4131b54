#pragma once
// What plans call the tables and catalogs they read, as EXPLAIN and the record of a slow query show them. Internal to
// engine/.

#include <duckdb/planner/logical_operator.hpp>

namespace smew::engine {

// Behind the gate and the optimizers, which know functions by their own names.
void name_scans(duckdb::LogicalOperator& plan);

}  // namespace smew::engine
