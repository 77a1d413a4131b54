#include "engine/plain_limit.hpp"

#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/planner/operator/logical_limit.hpp>

namespace smew::engine {
namespace {

using duckdb::LogicalOperatorType;

bool starts_at_the_first_row(const duckdb::LogicalOperator& op) {
    if (op.type != LogicalOperatorType::LOGICAL_LIMIT) return false;
    return op.Cast<duckdb::LogicalLimit>().offset_val.Type() == duckdb::LimitNodeType::UNSET;
}

// The scan whose rows come to `op` one by one, null when something in between needs all of them.
duckdb::LogicalGet* streamed_scan(duckdb::LogicalOperator& op) {
    switch (op.type) {
        case LogicalOperatorType::LOGICAL_GET:
            return &op.Cast<duckdb::LogicalGet>();
        case LogicalOperatorType::LOGICAL_PROJECTION:
        case LogicalOperatorType::LOGICAL_FILTER:
            return streamed_scan(*op.children.front());
        default:
            return nullptr;
    }
}

}  // namespace

void let_plain_limits_stop_early(duckdb::LogicalOperator& plan) {
    if (starts_at_the_first_row(plan)) {
        if (auto* scan = streamed_scan(*plan.children.front())) scan->function.late_materialization = false;
    }
    for (const auto& child : plan.children) let_plain_limits_stop_early(*child);
}

}  // namespace smew::engine
