#include "engine/parse_tree.hpp"

#include "engine/parse_tree_walk.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/common_table_expression_info.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>
#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/query_node/statement_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/list.hpp>

namespace smew::engine {

void TreeWalk::expressions(duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>>& list) {
    for (auto& item : list) expression(item);
}

void TreeWalk::note(duckdb::unique_ptr<duckdb::ParsedExpression>& slot) {
    using duckdb::ExpressionClass;
    duckdb::ParsedExpression& node = *slot;
    switch (node.GetExpressionClass()) {
        case ExpressionClass::COLUMN_REF:
            parts_.columns.push_back(&node.Cast<duckdb::ColumnRefExpression>());
            break;
        case ExpressionClass::STAR:
            parts_.stars.push_back(&node.Cast<duckdb::StarExpression>());
            break;
        case ExpressionClass::CAST:
            parts_.casts.push_back(&node.Cast<duckdb::CastExpression>());
            cast_around_ = parts_.casts.back()->try_cast ? nullptr : &parts_.casts.back()->cast_type;
            return;
        case ExpressionClass::PARAMETER:
            parts_.parameters.push_back({&slot, cast_around_});
            break;
        case ExpressionClass::FUNCTION: {
            auto& call = node.Cast<duckdb::FunctionExpression>();
            parts_.functions.push_back({&call.catalog, &call.schema, &call.function_name});
            break;
        }
        case ExpressionClass::WINDOW: {
            auto& call = node.Cast<duckdb::WindowExpression>();
            parts_.functions.push_back({&call.catalog, &call.schema, &call.function_name});
            break;
        }
        case ExpressionClass::SUBQUERY:
            parts_.has_subquery = true;
            query(*node.Cast<duckdb::SubqueryExpression>().subquery);
            break;
        default:
            break;
    }
    cast_around_ = nullptr;
}

void TreeWalk::expression(duckdb::unique_ptr<duckdb::ParsedExpression>& slot) {
    if (!slot) return;
    note(slot);
    duckdb::ParsedExpressionIterator::EnumerateChildren(
        *slot, [this](duckdb::unique_ptr<duckdb::ParsedExpression>& child) { expression(child); });
    if (visitor_ != nullptr) visitor_->expression(slot);
}

void TreeWalk::query(duckdb::SelectStatement& select) {
    if (select.node) query(*select.node);
}

void TreeWalk::ctes(duckdb::CommonTableExpressionMap& map) {
    for (auto& [name, cte] : map.map) {
        parts_.cte_names.insert(duckdb::StringUtil::Lower(name));
        expressions(cte->key_targets);
        if (cte->query) query(*cte->query);
    }
}

void TreeWalk::query(duckdb::QueryNode& node) {
    using duckdb::QueryNodeType;
    ctes(node.cte_map);
    switch (node.type) {
        case QueryNodeType::SELECT_NODE:
            select(node.Cast<duckdb::SelectNode>());
            break;
        case QueryNodeType::SET_OPERATION_NODE:
            set_operation(node);
            break;
        case QueryNodeType::RECURSIVE_CTE_NODE: {
            auto& recursive = node.Cast<duckdb::RecursiveCTENode>();
            parts_.cte_names.insert(duckdb::StringUtil::Lower(recursive.ctename));
            query(*recursive.left);
            query(*recursive.right);
            expressions(recursive.key_targets);
            break;
        }
        case QueryNodeType::CTE_NODE: {
            auto& cte = node.Cast<duckdb::CTENode>();
            parts_.cte_names.insert(duckdb::StringUtil::Lower(cte.ctename));
            query(*cte.query);
            query(*cte.child);
            break;
        }
        case QueryNodeType::STATEMENT_NODE:
            statement(node.Cast<duckdb::StatementNode>().stmt);
            break;
        default:
            throw duckdb::NotImplementedException("this form of query is not supported");
    }
    modifiers(node);
    if (visitor_ != nullptr) visitor_->query(node);
}

void TreeWalk::set_operation(duckdb::QueryNode& node) {
    auto& operation = node.Cast<duckdb::SetOperationNode>();
    const bool around = by_name_;
    by_name_ = by_name_ || operation.setop_type == duckdb::SetOperationType::UNION_BY_NAME;
    for (auto& child : operation.children) query(*child);
    by_name_ = around;
}

void TreeWalk::modifiers(duckdb::QueryNode& node) {
    duckdb::ParsedExpressionIterator::EnumerateQueryNodeModifiers(
        node, [this](duckdb::unique_ptr<duckdb::ParsedExpression>& child) { expression(child); });
}

void TreeWalk::select(duckdb::SelectNode& node) {
    if (node.from_table) table(*node.from_table);
    if (!by_name_) parts_.column_lists.push_back(&node.select_list);
    expressions(node.select_list);
    expression(node.where_clause);
    expressions(node.groups.group_expressions);
    expression(node.having);
    expression(node.qualify);
}

void TreeWalk::pivot(duckdb::PivotRef& pivot) {
    table(*pivot.source);
    expressions(pivot.aggregates);
    for (auto& column : pivot.pivots) {
        expressions(column.pivot_expressions);
        for (auto& entry : column.entries) expression(entry.expr);
        if (column.subquery) query(*column.subquery);
    }
}

void TreeWalk::table(duckdb::TableRef& ref) {
    using duckdb::TableReferenceType;
    switch (ref.type) {
        case TableReferenceType::BASE_TABLE:
            parts_.tables.push_back(&ref.Cast<duckdb::BaseTableRef>());
            break;
        case TableReferenceType::SUBQUERY:
            query(*ref.Cast<duckdb::SubqueryRef>().subquery);
            break;
        case TableReferenceType::JOIN: {
            auto& join = ref.Cast<duckdb::JoinRef>();
            table(*join.left);
            table(*join.right);
            expression(join.condition);
            break;
        }
        case TableReferenceType::TABLE_FUNCTION: {
            auto& call = ref.Cast<duckdb::TableFunctionRef>();
            parts_.table_functions.push_back(&call);
            expression(call.function);
            if (call.subquery) query(*call.subquery);
            break;
        }
        case TableReferenceType::EXPRESSION_LIST:
            parts_.value_lists.push_back(&ref.Cast<duckdb::ExpressionListRef>());
            for (auto& row : parts_.value_lists.back()->values) expressions(row);
            break;
        case TableReferenceType::PIVOT:
            pivot(ref.Cast<duckdb::PivotRef>());
            break;
        case TableReferenceType::SHOW_REF: {
            auto& show = ref.Cast<duckdb::ShowRef>();
            parts_.shows.push_back(&show);
            if (show.query) query(*show.query);
            break;
        }
        case TableReferenceType::EMPTY_FROM:
        case TableReferenceType::COLUMN_DATA:  // the engine's own: rows of a bulk insert
            break;
        default:
            throw duckdb::NotImplementedException("this form of table reference is not supported");
    }
    if (visitor_ != nullptr) visitor_->table(ref);
}

void visit(duckdb::SQLStatement& statement, TreeVisitor& visitor) {
    TreeParts parts;
    TreeWalk(parts, &visitor).statement(statement);
}

TreeParts survey(duckdb::SQLStatement& statement) {
    TreeParts parts;
    TreeWalk(parts).statement(statement);
    return parts;
}

TreeParts survey(duckdb::unique_ptr<duckdb::ParsedExpression>& expression) {
    TreeParts parts;
    TreeWalk(parts).expression(expression);
    return parts;
}

}  // namespace smew::engine
