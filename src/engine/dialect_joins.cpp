#include "engine/dialect_joins.hpp"

#include "engine/dialect_expressions.hpp"

#include <duckdb/parser/expression/conjunction_expression.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/expression/subquery_expression.hpp>

namespace smew::engine {
namespace {

void rewrite_any(ExpressionSlot& slot) {
    auto& any = slot->Cast<duckdb::SubqueryExpression>();
    if (any.comparison_type != duckdb::ExpressionType::COMPARE_EQUAL || !any.child) return;
    const duckdb::ParsedExpression* array = array_of_any(any);
    if (array == nullptr) return;
    duckdb::vector<ExpressionSlot> arguments;
    arguments.push_back(array->Copy());
    arguments.push_back(std::move(any.child));
    slot = duckdb::make_uniq<duckdb::FunctionExpression>("list_contains", std::move(arguments));
}

// AND and OR alone: under NOT, NULL and false are not the same.
void rewrite_condition(ExpressionSlot& slot) {
    if (slot->GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) return rewrite_any(slot);
    if (slot->GetExpressionClass() != duckdb::ExpressionClass::CONJUNCTION) return;
    for (ExpressionSlot& part : slot->Cast<duckdb::ConjunctionExpression>().children) rewrite_condition(part);
}

}  // namespace

void rewrite_any_in_join(duckdb::JoinRef& join) {
    if (join.condition && join.type != duckdb::JoinType::INNER) rewrite_condition(join.condition);
}

}  // namespace smew::engine
