#include "engine/shown_sql.hpp"

#include "engine/object_names.hpp"
#include "engine/parse_tree.hpp"

#include <duckdb/parser/expression/columnref_expression.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>

namespace smew::engine {
namespace {

using Slot = duckdb::unique_ptr<duckdb::ParsedExpression>;

void show_as_public(std::string& schema) {
    if (schema == DEFAULT_SCHEMA) schema = "public";
}

void show(const TreeParts& parts) {
    for (duckdb::BaseTableRef* table : parts.tables) show_as_public(table->schema_name);
    for (duckdb::ColumnRefExpression* column : parts.columns) {
        if (column->column_names.size() >= 3) show_as_public(column->column_names.front());
    }
    for (const CalledFunction& function : parts.functions) {
        if (*function.schema == DEFAULT_SCHEMA) function.schema->clear();
    }
}

// "main"."orders_id_seq" is orders_id_seq.
std::string sequence_name(const std::string& text) {
    auto parts = split_object_name(text);
    if (!parts) return text;
    if (parts->size() > 1 && parts->front() == DEFAULT_SCHEMA) parts->erase(parts->begin());
    std::string name;
    for (const std::string& part : *parts) name += (name.empty() ? "" : ".") + quote_if_needed(part);
    return name;
}

// The text of nextval('orders_id_seq'); empty for everything else.
std::string shown_nextval(const duckdb::ParsedExpression& expression) {
    if (expression.GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) return {};
    const auto& call = expression.Cast<duckdb::FunctionExpression>();
    if (call.function_name != "nextval" || call.children.size() != 1) return {};
    const auto& argument = *call.children.front();
    if (argument.GetExpressionClass() != duckdb::ExpressionClass::CONSTANT) return {};
    const std::string name = argument.Cast<duckdb::ConstantExpression>().value.ToString();
    return "nextval(" + duckdb::Value(sequence_name(name)).ToSQLString() + "::regclass)";
}

}  // namespace

std::string shown_sql(const duckdb::ParsedExpression& expression) {
    if (std::string nextval = shown_nextval(expression); !nextval.empty()) return nextval;
    Slot copy = expression.Copy();
    show(survey(copy));
    return copy->ToString();
}

std::string shown_sql(const duckdb::SelectStatement& query) {
    const auto copy = query.Copy();
    show(survey(*copy));
    return copy->ToString();
}

}  // namespace smew::engine
