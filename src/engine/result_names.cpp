#include "engine/result_names.hpp"

#include "sql/lexer.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>
#include <duckdb/parser/query_node/list.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/expressionlistref.hpp>

#include <algorithm>
#include <array>
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
    // As restore_type_names() writes PostgreSQL's own types.
    constexpr std::string_view kOurs = "system.pg_catalog.";
    if (name.starts_with(kOurs)) name.erase(0, kOurs.size());
    const auto known = kNames.find(name);
    return known == kNames.end() ? name : known->second;
}

// What the parser renames.
struct Renamed {
    std::string_view written, parsed;
};
constexpr std::array kRenamed{Renamed{"count", "count_star"}, Renamed{"percentile_cont", "quantile_cont"},
                              Renamed{"percentile_disc", "quantile_disc"}, Renamed{"btrim", "trim"},
                              Renamed{"array", "list_value"}};
bool is_truth_text(const ParsedExpression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::CONSTANT) return false;
    const duckdb::Value& value = expression.Cast<duckdb::ConstantExpression>().value;
    if (value.IsNull() || value.type().id() != duckdb::LogicalTypeId::VARCHAR) return false;
    const std::string& text = duckdb::StringValue::Get(value);
    return text == "t" || text == "f";
}

// What the parser makes of ARRAY(SELECT …): CASE WHEN array_agg(#1) IS NULL THEN [] ELSE array_agg(#1) END.
bool is_array_of(const ParsedExpression& item) {
    if (item.GetExpressionClass() != ExpressionClass::CASE) return false;
    const ParsedExpression& otherwise = *item.Cast<duckdb::CaseExpression>().else_expr;
    if (otherwise.GetExpressionClass() != ExpressionClass::FUNCTION) return false;
    const auto& call = otherwise.Cast<duckdb::FunctionExpression>();
    return call.function_name == "array_agg" && call.children.size() == 1 &&
           call.children.front()->GetExpressionClass() == ExpressionClass::POSITIONAL_REFERENCE;
}

// The first token of the type in `::type` or `CAST(… AS type)`, before which the lexer stands.
sql::Token cast_target(sql::Lexer& lexer) {
    sql::Token token = lexer.next();
    if (!token.is("cast")) {
        while (token.is_symbol(':')) token = lexer.next();
        return token;
    }
    for (int depth = 0; token.kind != sql::TokenKind::kEnd; token = lexer.next()) {
        if (token.is_symbol('(')) ++depth;
        if (token.is_symbol(')')) --depth;
        if (depth == 1 && token.is("as")) return lexer.next();
    }
    return token;
}

// The names of one statement; `sql` tells what was written where the tree does not.
class Namer {
public:
    explicit Namer(std::string_view sql) : sql_(sql) {}

    Name name_of(const ParsedExpression& expression) const;

private:
    sql::Token token_at(const ParsedExpression& expression) const;
    std::string function_name(const ParsedExpression& call, const std::string& parsed) const;
    std::string cast_name(const duckdb::CastExpression& cast) const;
    Name name_of_function(const duckdb::FunctionExpression& call) const;
    Name name_of_cast(const duckdb::CastExpression& cast) const;
    Name name_of_case(const duckdb::CaseExpression& expression) const;
    Name name_of_subquery(const duckdb::SubqueryExpression& subquery) const;
    Name name_of_operator(const duckdb::OperatorExpression& expression) const;

    std::string_view sql_;
};

sql::Token Namer::token_at(const ParsedExpression& expression) const {
    const auto location = expression.GetQueryLocation();
    if (!location.IsValid() || location.GetIndex() >= sql_.size()) return {};
    return sql::Lexer(sql_.substr(location.GetIndex())).next();
}

std::string Namer::function_name(const ParsedExpression& call, const std::string& parsed) const {
    // extract() is date_part() to the parser; PostgreSQL has both.
    if (parsed == "date_part" && token_at(call).is("extract")) return "extract";
    const auto renamed = std::ranges::find(kRenamed, parsed, &Renamed::parsed);
    return renamed == kRenamed.end() ? parsed : std::string(renamed->written);
}

// varchar, char and text are one type to the parser.
std::string Namer::cast_name(const duckdb::CastExpression& cast) const {
    std::string type = type_name(cast.cast_type);
    const auto location = cast.GetQueryLocation();
    if (type != "text" || !location.IsValid() || location.GetIndex() >= sql_.size()) return type;
    sql::Lexer lexer(sql_.substr(location.GetIndex()));
    const sql::Token written = cast_target(lexer);
    if (written.is("varchar")) return "varchar";
    if (written.is("char") || written.is("bpchar")) return "bpchar";
    if (!written.is("character")) return type;
    return lexer.next().is("varying") ? "varchar" : "bpchar";
}

Name Namer::name_of_function(const duckdb::FunctionExpression& call) const {
    // x ~ y, x SIMILAR TO y and x LIKE y ESCAPE z are calls to the parser as well.
    const sql::Token written = token_at(call);
    const bool symbol =
        written.kind == sql::TokenKind::kSymbol || written.is("similar") || call.function_name.ends_with("like_escape");
    if (call.is_operator || symbol) return {kUnnamed, false};
    return {function_name(call, call.function_name), true};
}

Name Namer::name_of_cast(const duckdb::CastExpression& cast) const {
    const Name inner = name_of(*cast.child);
    if (inner.strong) return inner;
    const std::string type = cast_name(cast);
    // true and false are casts of 't' and 'f' in the parse tree, and constants to a reader.
    const sql::Token written = token_at(cast);
    const bool as_cast = written.is_symbol(':') || written.is("cast");
    if (type == "bool" && !as_cast && is_truth_text(*cast.child)) return {kUnnamed, false};
    return {type, false};
}

Name Namer::name_of_case(const duckdb::CaseExpression& expression) const {
    const Name otherwise = expression.else_expr ? name_of(*expression.else_expr) : Name{};
    return otherwise.strong ? otherwise : Name{"case", false};
}

Name Namer::name_of_subquery(const duckdb::SubqueryExpression& subquery) const {
    if (subquery.subquery_type == duckdb::SubqueryType::EXISTS ||
        subquery.subquery_type == duckdb::SubqueryType::NOT_EXISTS)
        return {"exists", true};
    if (subquery.subquery_type != duckdb::SubqueryType::SCALAR || !subquery.subquery->node ||
        subquery.subquery->node->type != duckdb::QueryNodeType::SELECT_NODE)
        return {kUnnamed, false};
    const auto& select = subquery.subquery->node->Cast<duckdb::SelectNode>();
    if (select.select_list.size() != 1) return {kUnnamed, false};
    if (is_array_of(*select.select_list[0])) return {"array", true};
    return name_of(*select.select_list[0]);
}

Name Namer::name_of_operator(const duckdb::OperatorExpression& expression) const {
    using duckdb::ExpressionType;
    switch (expression.GetExpressionType()) {
        case ExpressionType::OPERATOR_COALESCE:
            return {"coalesce", true};
        case ExpressionType::ARRAY_CONSTRUCTOR:
            return {"array", true};
        case ExpressionType::GROUPING_FUNCTION:
            return {"grouping", true};
        case ExpressionType::ARRAY_EXTRACT:
        case ExpressionType::ARRAY_SLICE:
            return name_of(*expression.children.front());
        default:
            return {kUnnamed, false};
    }
}

Name Namer::name_of(const ParsedExpression& expression) const {
    if (!expression.GetAlias().empty()) return {expression.GetAlias(), true};
    switch (expression.GetExpressionClass()) {
        case ExpressionClass::COLUMN_REF:
            return {expression.Cast<duckdb::ColumnRefExpression>().GetColumnName(), true};
        case ExpressionClass::FUNCTION:
            return name_of_function(expression.Cast<duckdb::FunctionExpression>());
        case ExpressionClass::WINDOW:
            return {function_name(expression, expression.Cast<duckdb::WindowExpression>().function_name), true};
        case ExpressionClass::CAST:
            return name_of_cast(expression.Cast<duckdb::CastExpression>());
        case ExpressionClass::CASE:
            return name_of_case(expression.Cast<duckdb::CaseExpression>());
        case ExpressionClass::SUBQUERY:
            return name_of_subquery(expression.Cast<duckdb::SubqueryExpression>());
        case ExpressionClass::OPERATOR:
            return name_of_operator(expression.Cast<duckdb::OperatorExpression>());
        default:
            return {kUnnamed, false};
    }
}

// A set operation is named by its first query.
const duckdb::SelectNode* first_select(const duckdb::SQLStatement& statement) {
    if (statement.type != duckdb::StatementType::SELECT_STATEMENT) return nullptr;
    const duckdb::QueryNode* node = statement.Cast<duckdb::SelectStatement>().node.get();
    while (node != nullptr && node->type == duckdb::QueryNodeType::SET_OPERATION_NODE) {
        node = node->Cast<duckdb::SetOperationNode>().children.at(0).get();
    }
    if (node == nullptr || node->type != duckdb::QueryNodeType::SELECT_NODE) return nullptr;
    return &node->Cast<duckdb::SelectNode>();
}

// A column of its own, and no name yet. An item with a star in it stands for several columns.
bool wants_name(duckdb::unique_ptr<ParsedExpression>& item) {
    return item->GetAlias().empty() && item->GetExpressionClass() != ExpressionClass::COLUMN_REF &&
           survey(item).stars.empty();
}

// current_user and its like are columns to the parser, and would mean the item itself once it has that name.
void call_value_functions(duckdb::unique_ptr<ParsedExpression>& slot) {
    constexpr std::array<std::string_view, 6> kFunctions = {"current_catalog", "current_date", "current_role",
                                                            "current_schema",  "current_user", "session_user"};
    if (slot->GetExpressionClass() == ExpressionClass::COLUMN_REF) {
        const auto& column = slot->Cast<duckdb::ColumnRefExpression>();
        const std::string name = duckdb::StringUtil::Lower(column.GetColumnName());
        if (column.IsQualified() || std::find(kFunctions.begin(), kFunctions.end(), name) == kFunctions.end()) return;
        const auto location = column.GetQueryLocation();
        slot =
            duckdb::make_uniq<duckdb::FunctionExpression>(name, duckdb::vector<duckdb::unique_ptr<ParsedExpression>>());
        slot->SetQueryLocation(location);
        return;
    }
    duckdb::ParsedExpressionIterator::EnumerateChildren(
        *slot, [](duckdb::unique_ptr<ParsedExpression>& child) { call_value_functions(child); });
}

void name_values(duckdb::ExpressionListRef& list) {
    if (!list.expected_names.empty() || list.values.empty()) return;
    for (std::size_t i = 1; i <= list.values.front().size(); ++i) {
        list.expected_names.push_back("column" + std::to_string(i));
    }
}

}  // namespace

void name_columns(duckdb::SQLStatement& statement, TreeParts& parts, std::string_view sql) {
    const Namer namer(sql);
    const duckdb::SelectNode* result = first_select(statement);
    for (auto* list : parts.column_lists) {
        const bool of_result = result != nullptr && list == &result->select_list;
        for (auto& item : *list) {
            if (!wants_name(item)) continue;
            std::string name = namer.name_of(*item).text;
            call_value_functions(item);
            if (!of_result || name != kUnnamed) item->SetAlias(std::move(name));
        }
    }
    for (duckdb::ExpressionListRef* list : parts.value_lists) name_values(*list);
}

std::vector<std::optional<std::string>> result_names(const duckdb::SQLStatement& statement) {
    std::vector<std::optional<std::string>> names;
    const duckdb::SelectNode* select = first_select(statement);
    if (select == nullptr) return names;
    for (const auto& expression : select->select_list) {
        if (expression->GetExpressionClass() == ExpressionClass::STAR) return {};
        const bool named =
            !expression->GetAlias().empty() || expression->GetExpressionClass() == ExpressionClass::COLUMN_REF;
        names.push_back(named ? std::nullopt : std::optional<std::string>(kUnnamed));
    }
    return names;
}

std::string shown_name(const std::string& planned) {
    constexpr std::string_view kNumbered = "?column?_";
    const bool numbered = planned.starts_with(kNumbered) &&
                          planned.find_first_not_of("0123456789", kNumbered.size()) == std::string::npos;
    return numbered ? kUnnamed : planned;
}

}  // namespace smew::engine
