#include "engine/plan_size.hpp"

#include <duckdb/execution/operator/scan/physical_table_scan.hpp>
#include <duckdb/execution/physical_plan_generator.hpp>
#include <duckdb/main/client_context_state.hpp>
#include <duckdb/planner/operator/logical_get.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

// DuckDB shares a scan out by row groups of this many rows; of less, other threads have nothing.
constexpr duckdb::idx_t kShareableRows = 122'880;
constexpr const char* kKey = "smew plan size";

class LastPlan final : public duckdb::ClientContextState {
public:
    bool large = false;
};

LastPlan& last_plan(duckdb::ClientContext& context) {
    return *context.registered_state->GetOrCreate<LastPlan>(kKey);
}

bool has_many_rows(duckdb::ClientContext& context, const duckdb::TableFunction& function,
                   const duckdb::FunctionData* data) {
    const auto rows = function.cardinality ? function.cardinality(context, data) : nullptr;
    return !rows || !rows->has_estimated_cardinality || rows->estimated_cardinality > kShareableRows;
}

bool scans_many_rows(duckdb::ClientContext& context, const duckdb::LogicalOperator& op) {
    if (op.type == duckdb::LogicalOperatorType::LOGICAL_GET) {
        const auto& get = op.Cast<duckdb::LogicalGet>();
        if (has_many_rows(context, get.function, get.bind_data.get())) return true;
    }
    return std::any_of(op.children.begin(), op.children.end(),
                       [&](const auto& child) { return scans_many_rows(context, *child); });
}

bool scans_many_rows(duckdb::ClientContext& context, const duckdb::PhysicalOperator& op) {
    if (op.type == duckdb::PhysicalOperatorType::TABLE_SCAN) {
        const auto& scan = op.Cast<duckdb::PhysicalTableScan>();
        if (has_many_rows(context, scan.function, scan.bind_data.get())) return true;
    }
    const auto children = op.GetChildren();
    return std::any_of(children.begin(), children.end(),
                       [&](const auto& child) { return scans_many_rows(context, child.get()); });
}

}  // namespace

void note_size(duckdb::ClientContext& context, duckdb::LogicalOperator& plan) {
    last_plan(context).large = scans_many_rows(context, plan);
}

bool last_plan_is_large(duckdb::ClientContext& context) {
    return last_plan(context).large;
}

bool is_large(duckdb::ClientContext& context, const duckdb::PreparedStatementData& statement) {
    return statement.physical_plan && scans_many_rows(context, statement.physical_plan->Root());
}

}  // namespace smew::engine
