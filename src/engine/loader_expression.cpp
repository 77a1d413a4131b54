#include "engine/loader_expression.hpp"

#include "engine/duckdb_instance.hpp"
#include "engine/errors.hpp"
#include "engine/function_policy.hpp"
#include "engine/loader_sql.hpp"

#include <duckdb.hpp>
#include <duckdb/common/type_visitor.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>
#include <duckdb/parser/parser.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace smew::engine::loader {
namespace {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;
using Expression = duckdb::unique_ptr<ParsedExpression>;

constexpr std::size_t kMaxExpressionBytes = 64U << 10;
constexpr std::size_t kMaxTypeBytes = 16U << 10;

// Sorted. Harmless in a workspace, where they tell of its own session, but here they would tell of the loader's.
constexpr std::array<std::string_view, 19> kRefusedHere = {"create_sort_key",
                                                           "currval",
                                                           "current_connection_id",
                                                           "current_query",
                                                           "current_query_id",
                                                           "current_schemas",
                                                           "current_setting",
                                                           "current_transaction_id",
                                                           "get_block_size",
                                                           "getvariable",
                                                           "in_search_path",
                                                           "json_deserialize_sql",
                                                           "json_serialize_sql",
                                                           "nextval",
                                                           "pg_sleep",
                                                           "setseed",
                                                           "sleep_ms",
                                                           "txid_current",
                                                           "vector_type"};

// Names that DuckDB reads as columns first and as functions when there is no such column.
constexpr std::array<std::string_view, 5> kValueFunctions = {"current_date", "current_time", "current_timestamp",
                                                             "localtime", "localtimestamp"};

template <class Names>
bool among(const Names& names, std::string_view name) {
    return std::any_of(std::begin(names), std::end(names),
                       [&](std::string_view other) { return same_identifier(other, name); });
}

// The only thing `sql` selects, when it is nothing but "SELECT expression".
Result<Expression> only_expression(JobDatabase& database, std::string_view what, const std::string& sql) {
    const Error not_one{sqlstate::kSyntaxError, std::string(what) + " must be exactly one expression"};
    try {
        duckdb::Parser parser(database.native().context->GetParserOptions());
        parser.ParseQuery(sql);
        if (parser.statements.size() != 1 || parser.statements[0]->type != duckdb::StatementType::SELECT_STATEMENT) {
            return not_one;
        }
        auto& select = parser.statements[0]->Cast<duckdb::SelectStatement>();
        if (select.node->type != duckdb::QueryNodeType::SELECT_NODE) return not_one;
        auto& node = select.node->Cast<duckdb::SelectNode>();
        const bool plain = node.select_list.size() == 1 && node.modifiers.empty() && node.cte_map.map.empty() &&
                           node.from_table && node.from_table->type == duckdb::TableReferenceType::EMPTY_FROM &&
                           !node.where_clause && node.groups.group_expressions.empty() &&
                           node.groups.grouping_sets.empty() && !node.having && !node.qualify && !node.sample &&
                           node.aggregate_handling == duckdb::AggregateHandling::STANDARD_HANDLING;
        if (!plain || node.select_list[0]->HasAlias()) return not_one;
        return std::move(node.select_list[0]);
    } catch (const std::exception& thrown) {
        Error error = database.to_error(thrown);
        if (error.code != sqlstate::kSyntaxError) return error;
        error.message = std::string(what) + ": " + error.message;
        return error;
    }
}

// Walks one parse tree and stops at the first thing that is not allowed.
class ExpressionCheck {
public:
    ExpressionCheck(JobDatabase& database, std::string_view what, std::span<const std::string> columns)
        : database_(database), what_(what), columns_(columns) {}

    Result<void> check(const ParsedExpression& expression) {
        switch (expression.GetExpressionClass()) {
            case ExpressionClass::COLUMN_REF:
                return column(expression.Cast<duckdb::ColumnRefExpression>());
            case ExpressionClass::FUNCTION:
                return function(expression.Cast<duckdb::FunctionExpression>());
            case ExpressionClass::LAMBDA:
                return lambda(expression.Cast<duckdb::LambdaExpression>());
            case ExpressionClass::CAST:
                return cast(expression.Cast<duckdb::CastExpression>());
            case ExpressionClass::BETWEEN:
            case ExpressionClass::CASE:
            case ExpressionClass::COLLATE:
            case ExpressionClass::COMPARISON:
            case ExpressionClass::CONJUNCTION:
            case ExpressionClass::CONSTANT:
            case ExpressionClass::TYPE:
                return children(expression);
            case ExpressionClass::OPERATOR:
                if (expression.GetExpressionType() == duckdb::ExpressionType::OPERATOR_UNPACK) return refused("*");
                return children(expression);
            case ExpressionClass::SUBQUERY:
                return refused("a subquery");
            case ExpressionClass::WINDOW:
                return refused("a window function");
            case ExpressionClass::STAR:
                return refused("*");
            case ExpressionClass::PARAMETER:
                return refused("a parameter");
            case ExpressionClass::DEFAULT:
                return refused("DEFAULT");
            default:
                return refused("this kind of expression");
        }
    }

private:
    Error refused(std::string_view thing) const {
        return Error{sqlstate::kInsufficientPrivilege, what_ + ": " + std::string(thing) + " is not allowed here", "",
                     "Use columns of the table, constants, operators and scalar functions."};
    }

    Result<void> children(const ParsedExpression& expression) {
        Result<void> result;
        duckdb::ParsedExpressionIterator::EnumerateChildren(expression, [&](const ParsedExpression& child) {
            if (result) result = check(child);
        });
        return result;
    }

    Result<void> column(const duckdb::ColumnRefExpression& reference) {
        const std::string& name = reference.column_names.front();
        if (find_identifier(columns_, name) < columns_.size() || among(lambda_names_, name)) return {};
        if (reference.column_names.size() == 1 && among(kValueFunctions, name)) return {};
        return Error{sqlstate::kUndefinedColumn,
                     what_ + ": column \"" + shortened(reference.ToString(), 200) + "\" does not exist"};
    }

    Result<void> function(const duckdb::FunctionExpression& call) {
        const std::string& name = call.function_name;
        const bool own_schema = (call.catalog.empty() || same_identifier(call.catalog, "system")) &&
                                (call.schema.empty() || same_identifier(call.schema, "main"));
        const bool refused_name = among(kRefusedHere, name) || among(refused_scalar_functions(), name) ||
                                  name.starts_with("__internal") || name.starts_with("pg_");
        if (!own_schema || refused_name) return refused("function " + shortened(name, 100));
        if (call.filter || call.distinct || call.export_state || (call.order_bys && !call.order_bys->orders.empty())) {
            return aggregate(name);
        }
        if (auto kind = check_kind(name); !kind) return kind;
        return children(call);
    }

    Error aggregate(const std::string& name) const {
        return Error{sqlstate::kGroupingError,
                     what_ + ": function " + name + " is an aggregate, which is not allowed here"};
    }

    // Built-in scalar functions and the macros over them are what may be called.
    Result<void> check_kind(const std::string& name) {
        if (among(known_, name)) return {};
        if (auto valid = checked_text(name, 255, "a function name"); !valid) return valid;
        auto found = database_.query("SELECT DISTINCT function_type FROM duckdb_functions() WHERE internal AND " +
                                     ("lower(function_name) = lower(" + sql_literal(name) + ")"));
        if (!found) return found.error();
        bool is_scalar = false, is_aggregate = false;
        for (const Row& row : *found) {
            is_scalar = is_scalar || row[0] == "scalar" || row[0] == "macro";
            is_aggregate = is_aggregate || row[0] == "aggregate";
        }
        if (is_scalar) {
            known_.push_back(name);
            return {};
        }
        if (is_aggregate) return aggregate(name);
        if (!found->empty() || same_identifier(name, "unnest")) return refused("function " + shortened(name, 100));
        return Error{sqlstate::kUndefinedFunction, what_ + ": function " + shortened(name, 100) + " does not exist"};
    }

    // `x -> …` and `lambda x: …` declare x; `document -> '$.a'` is the same to the parser.
    Result<void> lambda(const duckdb::LambdaExpression& expression) {
        std::string no_parameters;
        const auto parameters = expression.ExtractColumnRefExpressions(no_parameters);
        const std::size_t outer = lambda_names_.size();
        if (no_parameters.empty()) {
            for (const auto& parameter : parameters) lambda_names_.push_back(parameter.get().GetName());
        } else if (auto left = check(*expression.lhs); !left) {
            return left;
        }
        auto result = check(*expression.expr);
        lambda_names_.resize(outer);
        return result;
    }

    // A type may carry expressions: DECIMAL(12, 2), ENUM('a', 'b').
    Result<void> cast(const duckdb::CastExpression& expression) {
        Result<void> result;
        duckdb::TypeVisitor::Contains(expression.cast_type, [&](const duckdb::LogicalType& type) {
            if (result && type.id() == duckdb::LogicalTypeId::UNBOUND) {
                result = check(*duckdb::UnboundType::GetTypeExpression(type));
            }
            return !result;
        });
        return result ? children(expression) : result;
    }

    JobDatabase& database_;
    const std::string what_;
    const std::span<const std::string> columns_;
    std::vector<std::string> lambda_names_;  // of the lambdas around the expression being looked at
    std::vector<std::string> known_;         // functions found to be scalar
};

// Types that exist only while a statement is planned, or whose values mean nothing outside the instance.
bool can_be_stored(const duckdb::LogicalType& type) {
    return !duckdb::TypeVisitor::Contains(type, [](const duckdb::LogicalType& part) {
        switch (part.id()) {
            case duckdb::LogicalTypeId::INVALID:
            case duckdb::LogicalTypeId::SQLNULL:
            case duckdb::LogicalTypeId::UNKNOWN:
            case duckdb::LogicalTypeId::ANY:
            case duckdb::LogicalTypeId::UNBOUND:
            case duckdb::LogicalTypeId::POINTER:
            case duckdb::LogicalTypeId::VALIDITY:
            case duckdb::LogicalTypeId::TABLE:
            case duckdb::LogicalTypeId::LAMBDA:
            case duckdb::LogicalTypeId::TYPE:
            case duckdb::LogicalTypeId::INTEGER_LITERAL:
            case duckdb::LogicalTypeId::STRING_LITERAL:
            case duckdb::LogicalTypeId::AGGREGATE_STATE:
                return true;
            default:
                return false;
        }
    });
}

}  // namespace

Result<std::string> checked_expression(JobDatabase& database, std::string_view what, const std::string& text,
                                       std::span<const std::string> columns) {
    if (auto valid = checked_text(text, kMaxExpressionBytes, what); !valid) return valid.error();
    // The line break ends a comment that would swallow the bracket.
    auto expression = only_expression(database, what, "SELECT (" + text + "\n)");
    if (!expression) return expression.error();
    try {
        ExpressionCheck check(database, what, columns);
        if (auto allowed = check.check(**expression); !allowed) return allowed.error();
        return "(" + (*expression)->ToString() + ")";
    } catch (const std::exception& thrown) {
        return database.to_error(thrown);
    }
}

Result<std::string> checked_type(JobDatabase& database, const std::string& text) {
    const std::string what = "type \"" + shortened(text, 100) + "\"";
    if (auto valid = checked_text(text, kMaxTypeBytes, "a type"); !valid) return valid.error();
    auto expression = only_expression(database, what, "SELECT CAST(NULL AS " + text + "\n)");
    if (!expression) return expression.error();
    try {
        if ((*expression)->GetExpressionClass() != ExpressionClass::CAST) {
            return Error{sqlstate::kSyntaxError, what + " must be exactly one type"};
        }
        const auto& cast = (*expression)->Cast<duckdb::CastExpression>();
        const bool of_null = cast.child->GetExpressionClass() == ExpressionClass::CONSTANT && !cast.try_cast;
        if (!of_null) return Error{sqlstate::kSyntaxError, what + " must be exactly one type"};
        if (auto allowed = ExpressionCheck(database, what, {}).check(cast); !allowed) return allowed.error();
        const auto prepared = database.native().Prepare("SELECT " + cast.ToString());
        if (prepared->HasError()) {
            Error error = database.to_error(prepared->GetErrorObject());
            if (error.code == sqlstate::kQueryCanceled) return error;
            return Error{sqlstate::kUndefinedObject, what + " does not exist", error.message};
        }
        const std::string name = prepared->GetTypes()[0].ToString();
        // A result shows INTEGER where the type is NULL, "typeof" tells.
        auto real = database.query("SELECT typeof(" + cast.ToString() + ")");
        if (!real) return real.error();
        if (!can_be_stored(prepared->GetTypes()[0]) || real->front().front() != name) {
            return Error{sqlstate::kInsufficientPrivilege, what + " cannot be the type of a column"};
        }
        return name;
    } catch (const std::exception& thrown) {
        return database.to_error(thrown);
    }
}

}  // namespace smew::engine::loader
