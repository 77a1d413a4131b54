#pragma once
// The order in which the catalogs list a table's columns. Internal to engine/.

#include <duckdb/planner/logical_operator.hpp>

namespace smew::engine {

// PostgreSQL finds the columns of a table in their order, and clients that ask pg_attribute without ORDER BY rely on
// it. A join may hand them over in any; a plain list of them is therefore put into that order. Before optimizing.
void order_catalog_columns(duckdb::unique_ptr<duckdb::LogicalOperator>& plan);

}  // namespace smew::engine
