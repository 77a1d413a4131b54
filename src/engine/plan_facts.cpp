#include "engine/plan_facts.hpp"

#include "engine/session_state.hpp"

#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/planner/expression/bound_columnref_expression.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/expression_iterator.hpp>
#include <duckdb/planner/logical_operator_visitor.hpp>
#include <duckdb/planner/operator/logical_aggregate.hpp>
#include <duckdb/planner/operator/logical_get.hpp>
#include <duckdb/planner/operator/logical_insert.hpp>
#include <duckdb/planner/operator/logical_projection.hpp>
#include <duckdb/planner/operator/logical_update.hpp>

#include <algorithm>
#include <unordered_map>

namespace smew::engine {
namespace {

using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;
using duckdb::StringUtil;

// ---------------------------------------------------------------- where a column comes from

// Follows column references down a plan. As in PostgreSQL, subqueries and groups are looked through, set operations
// are not.
class Origins {
public:
    Origins(LogicalOperator& plan, SessionState& session) : session_(session) { collect(plan); }

    ColumnOrigin of(duckdb::ColumnBinding binding) const {
        // Each step goes to an operator below, so this ends.
        for (;;) {
            const auto found = operators_.find(binding.table_index);
            if (found == operators_.end()) return {};
            LogicalOperator& op = *found->second;
            if (op.type == LogicalOperatorType::LOGICAL_GET) {
                return of_scan(op.Cast<duckdb::LogicalGet>(), binding.column_index);
            }
            const auto& expressions = op.type == LogicalOperatorType::LOGICAL_PROJECTION
                                          ? op.expressions
                                          : op.Cast<duckdb::LogicalAggregate>().groups;
            if (binding.column_index >= expressions.size()) return {};
            const duckdb::Expression& expression = *expressions[binding.column_index];
            if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF) return {};
            binding = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
        }
    }
    bool any_scan() const { return any_scan_; }

private:
    void collect(LogicalOperator& op) {
        if (op.type == LogicalOperatorType::LOGICAL_PROJECTION) {
            operators_[op.Cast<duckdb::LogicalProjection>().table_index] = &op;
        } else if (op.type == LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY) {
            operators_[op.Cast<duckdb::LogicalAggregate>().group_index] = &op;
        } else if (op.type == LogicalOperatorType::LOGICAL_GET) {
            operators_[op.Cast<duckdb::LogicalGet>().table_index] = &op;
            any_scan_ = true;
        }
        for (const auto& child : op.children) collect(*child);
    }

    ColumnOrigin of_scan(const duckdb::LogicalGet& get, std::size_t column) const {
        auto table = get.GetTable();
        const auto& columns = get.GetColumnIds();
        if (!table || column >= columns.size() || columns[column].IsVirtualColumn()) return {};
        const std::uint32_t oid = session_.oid_of(*table);
        if (oid == 0) return {};
        return {oid, static_cast<std::int16_t>(columns[column].GetPrimaryIndex() + 1)};
    }

    SessionState& session_;
    std::unordered_map<duckdb::idx_t, LogicalOperator*> operators_;
    bool any_scan_ = false;
};

void collect_tables(const LogicalOperator& op, const SessionState& session, std::set<std::string>& names) {
    if (op.type == LogicalOperatorType::LOGICAL_GET) {
        auto table = op.Cast<duckdb::LogicalGet>().GetTable();
        if (table) names.insert(session.name_of(*table));
    }
    for (const auto& child : op.children) collect_tables(*child, session, names);
}

bool asks_for_setting(const duckdb::Expression& expression) {
    bool asks = expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_FUNCTION &&
                expression.Cast<duckdb::BoundFunctionExpression>().function.name == "current_setting";
    duckdb::ExpressionIterator::EnumerateChildren(
        expression, [&](const duckdb::Expression& child) { asks = asks || asks_for_setting(child); });
    return asks;
}

bool filters_by_settings(const LogicalOperator& op) {
    const auto asks = [](const auto& expression) { return asks_for_setting(*expression); };
    if (op.type == LogicalOperatorType::LOGICAL_FILTER &&
        std::any_of(op.expressions.begin(), op.expressions.end(), asks))
        return true;
    return std::any_of(op.children.begin(), op.children.end(),
                       [](const auto& child) { return filters_by_settings(*child); });
}

// ---------------------------------------------------------------- changes that can be made again

// Rows of one table in, changes of one table out. Joins, limits and aggregates may depend on the order of rows.
bool is_orderless(LogicalOperatorType type) {
    switch (type) {
        case LogicalOperatorType::LOGICAL_INSERT:
        case LogicalOperatorType::LOGICAL_UPDATE:
        case LogicalOperatorType::LOGICAL_DELETE:
        case LogicalOperatorType::LOGICAL_GET:
        case LogicalOperatorType::LOGICAL_FILTER:
        case LogicalOperatorType::LOGICAL_PROJECTION:
        case LogicalOperatorType::LOGICAL_EXPRESSION_GET:
        case LogicalOperatorType::LOGICAL_DUMMY_SCAN:
        case LogicalOperatorType::LOGICAL_CHUNK_GET:
        case LogicalOperatorType::LOGICAL_EMPTY_RESULT:
        case LogicalOperatorType::LOGICAL_CREATE_TABLE:
        case LogicalOperatorType::LOGICAL_CREATE_INDEX:
        case LogicalOperatorType::LOGICAL_CREATE_SEQUENCE:
        case LogicalOperatorType::LOGICAL_CREATE_VIEW:
        case LogicalOperatorType::LOGICAL_CREATE_SCHEMA:
        case LogicalOperatorType::LOGICAL_CREATE_MACRO:
        case LogicalOperatorType::LOGICAL_CREATE_TYPE:
        case LogicalOperatorType::LOGICAL_ALTER:
        case LogicalOperatorType::LOGICAL_DROP:
            return true;
        default:
            return false;
    }
}

bool is_repeatable(const duckdb::Expression& expression) {
    if (expression.IsVolatile()) return false;
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_SUBQUERY) return false;
    // now() and its kin keep their value when the transaction starts anew, but this is another transaction.
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_FUNCTION &&
        expression.Cast<duckdb::BoundFunctionExpression>().function.name == "txid_current") {
        return false;
    }
    bool repeatable = true;
    duckdb::ExpressionIterator::EnumerateChildren(
        expression, [&](const duckdb::Expression& child) { repeatable = repeatable && is_repeatable(child); });
    return repeatable;
}

bool are_repeatable(const duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& expressions) {
    return std::all_of(expressions.begin(), expressions.end(),
                       [](const auto& expression) { return !expression || is_repeatable(*expression); });
}

bool is_repeatable(LogicalOperator& op, const SessionState& session) {
    if (!is_orderless(op.type)) return false;
    if (op.type == LogicalOperatorType::LOGICAL_GET) {
        auto table = op.Cast<duckdb::LogicalGet>().GetTable();
        if (!table || !session.may_change(table->ParentCatalog().GetName())) return false;
    }
    if (op.type == LogicalOperatorType::LOGICAL_INSERT &&
        !are_repeatable(op.Cast<duckdb::LogicalInsert>().bound_defaults))
        return false;
    if (op.type == LogicalOperatorType::LOGICAL_UPDATE &&
        !are_repeatable(op.Cast<duckdb::LogicalUpdate>().bound_defaults))
        return false;
    bool repeatable = true;
    duckdb::LogicalOperatorVisitor::EnumerateExpressions(
        op, [&](duckdb::unique_ptr<duckdb::Expression>* child) { repeatable = repeatable && is_repeatable(**child); });
    return repeatable && std::all_of(op.children.begin(), op.children.end(),
                                     [&](const auto& child) { return is_repeatable(*child, session); });
}

}  // namespace

PlanFacts facts_of(LogicalOperator& plan, SessionState& session, bool changes) {
    PlanFacts facts;
    if (changes) facts.repeatable = is_repeatable(plan, session);
    const Origins origins(plan, session);
    if (!origins.any_scan()) return facts;
    collect_tables(plan, session, facts.tables);
    facts.filters_by_settings = filters_by_settings(plan);
    for (const duckdb::ColumnBinding& binding : plan.GetColumnBindings()) facts.origins.push_back(origins.of(binding));
    return facts;
}

}  // namespace smew::engine
