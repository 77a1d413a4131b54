#pragma once
// A plan that was not profiled, as the record of a slow query tells it. Internal to engine/.

#include <duckdb/execution/physical_operator.hpp>

#include <string>

namespace smew::engine {

// JSON in the shape of DuckDB's profile: the operators as a tree, each with what it does and its estimated rows. There
// are no times and no counted rows, and a mark at the root says so.
std::string plan_without_times(const duckdb::PhysicalOperator& root);

}  // namespace smew::engine
