#include "engine/catalog_order.hpp"

#include <duckdb/planner/bound_result_modifier.hpp>
#include <duckdb/planner/expression/bound_columnref_expression.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/planner/operator/logical_order.hpp>
#include <duckdb/planner/operator/logical_projection.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

struct Key {
    duckdb::ColumnBinding binding;
    duckdb::LogicalType type;
};
using Keys = std::array<Key, 2>;

// Through the projections that make pg_attribute of the function's rows.
bool is_scan_of_columns(const LogicalOperator& op) {
    if (op.type == LogicalOperatorType::LOGICAL_GET) {
        return op.Cast<duckdb::LogicalGet>().function.name == "smew_columns";
    }
    return op.type == LogicalOperatorType::LOGICAL_PROJECTION && is_scan_of_columns(*op.children[0]);
}

std::optional<Key> output(const duckdb::LogicalProjection& projection, const char* name) {
    for (std::size_t i = 0; i < projection.expressions.size(); ++i) {
        const duckdb::Expression& column = *projection.expressions[i];
        if (column.GetAlias() == name) return Key{{projection.table_index, i}, column.return_type};
    }
    return std::nullopt;
}

std::optional<Keys> find_keys(const LogicalOperator& op) {
    if (op.type == LogicalOperatorType::LOGICAL_PROJECTION && is_scan_of_columns(op)) {
        const auto& projection = op.Cast<duckdb::LogicalProjection>();
        const auto table = output(projection, "attrelid"), number = output(projection, "attnum");
        if (table && number) return Keys{*table, *number};
    }
    for (const auto& child : op.children) {
        if (auto keys = find_keys(*child)) return keys;
    }
    return std::nullopt;
}

}  // namespace

void order_catalog_columns(duckdb::unique_ptr<LogicalOperator>& plan) {
    if (plan->type == LogicalOperatorType::LOGICAL_EXPLAIN) return order_catalog_columns(plan->children[0]);
    if (plan->type != LogicalOperatorType::LOGICAL_PROJECTION) return;
    const auto keys = find_keys(*plan->children[0]);
    if (!keys) return;
    const auto visible = plan->children[0]->GetColumnBindings();
    duckdb::vector<duckdb::BoundOrderByNode> order;
    for (const Key& key : *keys) {
        if (std::ranges::find(visible, key.binding) == visible.end()) return;  // grouped, for one
        order.emplace_back(duckdb::OrderType::ASCENDING, duckdb::OrderByNullType::NULLS_LAST,
                           duckdb::make_uniq<duckdb::BoundColumnRefExpression>(key.type, key.binding));
    }
    auto ordered = duckdb::make_uniq<duckdb::LogicalOrder>(std::move(order));
    ordered->children.push_back(std::move(plan->children[0]));
    plan->children[0] = std::move(ordered);
}

}  // namespace smew::engine
