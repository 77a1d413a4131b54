#pragma once
// Two things that clients see of how the catalogs are made: the order of a table's columns, and the names in plans.
// Internal to engine/.

#include <duckdb/planner/logical_operator.hpp>

namespace smew::engine {

// PostgreSQL finds the columns of a table in their order, and clients that ask pg_attribute without ORDER BY rely on
// it. A join may hand them over in any; a plain list of them is therefore put into that order. Before optimizing.
void order_catalog_columns(duckdb::unique_ptr<duckdb::LogicalOperator>& plan);

// Gives the functions behind the catalogs the name that EXPLAIN shows. Behind the gate and the optimizers, which know
// functions by their names.
void name_catalog_scans(duckdb::LogicalOperator& plan);

}  // namespace smew::engine
