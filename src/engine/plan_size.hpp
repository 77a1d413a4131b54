#pragma once
// How much work a plan has: for several threads, or so little that even a profile would weigh. Internal to engine/.

#include <duckdb/function/table_function.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/prepared_statement_data.hpp>
#include <duckdb/planner/logical_operator.hpp>

#include <chrono>

namespace smew::engine {

// What a scan may read; kManyRows where the function cannot tell. In a transaction.
inline constexpr duckdb::idx_t kManyRows = ~duckdb::idx_t{0} / 2;
duckdb::idx_t rows_read(duckdb::ClientContext& context, const duckdb::TableFunction& function,
                        const duckdb::FunctionData* data);
// Rows times columns, at most kManyRows.
duckdb::idx_t values_of(duckdb::idx_t rows, duckdb::idx_t columns);

// Of a plan that is about to be optimized: remembered for is_large(), by the connection.
void note_size(duckdb::ClientContext& context, duckdb::LogicalOperator& plan);

// Of the plan that note_size() was told of last.
bool last_plan_is_large(duckdb::ClientContext& context);
// What it takes at worst, by what it reads; kForEver of a plan that may make many rows of few.
inline constexpr std::chrono::microseconds kForEver = std::chrono::microseconds::max();
std::chrono::microseconds last_plan_at_worst(duckdb::ClientContext& context);

// What a plan may cost, by DuckDB's own estimates of rows.
struct PlanCost {
    double bytes = 0;  // that those of them hold which need all their input: sorts, groups, hash tables
};

// Of a plan that was optimized: remembered for last_cost(), by the connection.
void note_cost(duckdb::ClientContext& context, duckdb::LogicalOperator& plan);

// Of the plan that note_cost() was told of last.
PlanCost last_cost(duckdb::ClientContext& context);

// Of a statement that runs as it was planned: its tables may have grown since. In a transaction. False when there is
// no plan, as of statements with parameters that read tables: DuckDB plans them at each execution.
bool is_large(duckdb::ClientContext& context, const duckdb::PreparedStatementData& statement);

}  // namespace smew::engine
