#include "engine/result_names.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/statement/select_statement.hpp>

#include <algorithm>
#include <unordered_map>

namespace smew::engine {
namespace {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;

constexpr const char* kUnnamed = "?column?";

// Strong names come from columns and functions, weak ones from types: a cast keeps its argument's strong name.
struct Name {
    std::string text;
    bool strong = false;
};

// PostgreSQL's internal name of a type, by what the parser made of the name the user wrote.
std::string type_name(const duckdb::LogicalType& type) {
    static const std::unordered_map<std::string, std::string> kNames{{"boolean", "bool"},
                                                                     {"smallint", "int2"},
                                                                     {"integer", "int4"},
                                                                     {"int", "int4"},
                                                                     {"bigint", "int8"},
                                                                     {"real", "float4"},
                                                                     {"float", "float4"},
                                                                     {"double", "float8"},
                                                                     {"decimal", "numeric"},
                                                                     {"blob", "bytea"},
                                                                     {"varchar", "text"},
                                                                     {"timestamp with time zone", "timestamptz"},
                                                                     {"time with time zone", "timetz"}};
    std::string name = duckdb::StringUtil::Lower(type.ToString());
    name = name.substr(0, name.find_first_of("(["));
    name.erase(std::remove(name.begin(), name.end(), '"'), name.end());
    const auto known = kNames.find(name);
    return known == kNames.end() ? name : known->second;
}

std::string function_name(const std::string& name) {
    return name == "count_star" ? "count" : name;
}

bool is_truth_text(const ParsedExpression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::CONSTANT) return false;
    const duckdb::Value& value = expression.Cast<duckdb::ConstantExpression>().value;
    if (value.IsNull() || value.type().id() != duckdb::LogicalTypeId::VARCHAR) return false;
    const std::string& text = duckdb::StringValue::Get(value);
    return text == "t" || text == "f";
}

Name name_of(const ParsedExpression& expression);

Name name_of_cast(const duckdb::CastExpression& cast) {
    const Name inner = name_of(*cast.child);
    if (inner.strong) return inner;
    // true and false are casts of 't' and 'f' in the parse tree, and constants to a reader.
    const std::string type = type_name(cast.cast_type);
    if (type == "bool" && is_truth_text(*cast.child)) return {kUnnamed, false};
    return {type, false};
}

Name name_of_subquery(const duckdb::SubqueryExpression& subquery) {
    if (subquery.subquery_type == duckdb::SubqueryType::EXISTS ||
        subquery.subquery_type == duckdb::SubqueryType::NOT_EXISTS)
        return {"exists", true};
    if (subquery.subquery_type != duckdb::SubqueryType::SCALAR || !subquery.subquery->node ||
        subquery.subquery->node->type != duckdb::QueryNodeType::SELECT_NODE)
        return {kUnnamed, false};
    const auto& select = subquery.subquery->node->Cast<duckdb::SelectNode>();
    if (select.select_list.size() != 1) return {kUnnamed, false};
    return name_of(*select.select_list[0]);
}

Name name_of(const ParsedExpression& expression) {
    if (!expression.GetAlias().empty()) return {expression.GetAlias(), true};
    switch (expression.GetExpressionClass()) {
        case ExpressionClass::COLUMN_REF:
            return {expression.Cast<duckdb::ColumnRefExpression>().GetColumnName(), true};
        case ExpressionClass::FUNCTION: {
            const auto& call = expression.Cast<duckdb::FunctionExpression>();
            if (call.is_operator) return {kUnnamed, false};
            if (call.function_name == "list_value") return {"array", true};
            return {function_name(call.function_name), true};
        }
        case ExpressionClass::WINDOW:
            return {function_name(expression.Cast<duckdb::WindowExpression>().function_name), true};
        case ExpressionClass::CAST:
            return name_of_cast(expression.Cast<duckdb::CastExpression>());
        case ExpressionClass::CASE:
            return {"case", false};
        case ExpressionClass::SUBQUERY:
            return name_of_subquery(expression.Cast<duckdb::SubqueryExpression>());
        case ExpressionClass::OPERATOR:
            if (expression.GetExpressionType() == duckdb::ExpressionType::OPERATOR_COALESCE) return {"coalesce", true};
            if (expression.GetExpressionType() == duckdb::ExpressionType::ARRAY_CONSTRUCTOR) return {"array", true};
            return {kUnnamed, false};
        default:
            return {kUnnamed, false};
    }
}

// A set operation is named by its first query.
const duckdb::SelectNode* first_select(const duckdb::QueryNode* node) {
    while (node != nullptr && node->type == duckdb::QueryNodeType::SET_OPERATION_NODE) {
        node = node->Cast<duckdb::SetOperationNode>().children.at(0).get();
    }
    if (node == nullptr || node->type != duckdb::QueryNodeType::SELECT_NODE) return nullptr;
    return &node->Cast<duckdb::SelectNode>();
}

}  // namespace

std::vector<std::optional<std::string>> result_names(const duckdb::SQLStatement& statement) {
    std::vector<std::optional<std::string>> names;
    if (statement.type != duckdb::StatementType::SELECT_STATEMENT) return names;
    const duckdb::SelectNode* select = first_select(statement.Cast<duckdb::SelectStatement>().node.get());
    if (select == nullptr) return names;
    for (const auto& expression : select->select_list) {
        if (expression->GetExpressionClass() == ExpressionClass::STAR) return {};
        const bool keeps =
            !expression->GetAlias().empty() || expression->GetExpressionClass() == ExpressionClass::COLUMN_REF;
        names.push_back(keeps ? std::nullopt : std::optional(name_of(*expression).text));
    }
    return names;
}

}  // namespace smew::engine
