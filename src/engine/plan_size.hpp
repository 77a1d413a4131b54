#pragma once
// Whether a plan has work for several threads. Internal to engine/.

#include <duckdb/main/client_context.hpp>
#include <duckdb/main/prepared_statement_data.hpp>
#include <duckdb/planner/logical_operator.hpp>

namespace smew::engine {

// Of a plan that is about to be optimized: remembered for is_large(), by the connection.
void note_size(duckdb::ClientContext& context, duckdb::LogicalOperator& plan);

// Of the plan that note_size() was told of last.
bool last_plan_is_large(duckdb::ClientContext& context);

// Of a statement that runs as it was planned: its tables may have grown since. In a transaction. False when there is
// no plan, as of statements with parameters that read tables: DuckDB plans them at each execution.
bool is_large(duckdb::ClientContext& context, const duckdb::PreparedStatementData& statement);

}  // namespace smew::engine
