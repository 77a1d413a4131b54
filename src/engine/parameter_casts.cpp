#include "engine/parameter_casts.hpp"

#include "engine/dialect_expressions.hpp"
#include "engine/parse_tree.hpp"

#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/expression/comparison_expression.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>
#include <duckdb/parser/expression/operator_expression.hpp>
#include <duckdb/parser/expression/parameter_expression.hpp>
#include <duckdb/parser/expression/subquery_expression.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/query_node/set_operation_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>

#include <algorithm>
#include <charconv>

namespace smew::engine {
namespace {

constexpr std::size_t kMaxParameters = 65535;  // the protocol counts them in 16 bits

bool is_unknown(const duckdb::LogicalType& type) {
    return type.id() == duckdb::LogicalTypeId::UNKNOWN;
}

std::string& identifier_of(const Parameter& parameter) {
    return (*parameter.slot)->Cast<duckdb::ParameterExpression>().identifier;
}

bool is_decimal(const duckdb::LogicalType& type) {
    if (!type.IsUnbound()) return type.id() == duckdb::LogicalTypeId::DECIMAL;
    return is_decimal(duckdb::UnboundType::TryDefaultBind(type));
}

// A parameter stated to be numeric has no digits of its own. Used once, under a cast to a decimal, it takes that one's.
void take_digits_of_casts(duckdb::vector<duckdb::LogicalType>& types, const std::vector<Parameter>& parameters) {
    std::vector<const Parameter*> only_use(types.size() + 1, nullptr);
    std::vector<bool> used(types.size() + 1, false);
    for (const Parameter& parameter : parameters) {
        const std::size_t number = std::min(parameter_number(identifier_of(parameter)).value_or(0), types.size());
        only_use[number] = used[number] ? nullptr : &parameter;
        used[number] = true;
    }
    for (std::size_t number = 1; number <= types.size(); ++number) {
        const Parameter* use = only_use[number];
        if (use == nullptr || use->cast_to == nullptr) continue;
        if (is_decimal(types[number - 1]) && is_decimal(*use->cast_to)) types[number - 1] = *use->cast_to;
    }
}

// COALESCE(…, NULL) around the cast: without it DuckDB merges the cast with the next one it adds and forgets the type
// of both.
void wrap(const Parameter& parameter, const duckdb::LogicalType& type) {
    auto& slot = *parameter.slot;
    const auto location = slot->GetQueryLocation();
    const std::string alias = slot->GetAlias();
    auto cast = duckdb::make_uniq<duckdb::CastExpression>(type, std::move(slot));
    cast->SetQueryLocation(location);
    slot =
        duckdb::make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE, std::move(cast),
                                                      duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value()));
    slot->SetQueryLocation(location);
    slot->SetAlias(alias);
}

// Unnamed columns keep the names they would have had without our casts.
void keep_column_names(duckdb::SQLStatement& statement) {
    if (statement.type != duckdb::StatementType::SELECT_STATEMENT) return;
    duckdb::QueryNode* node = statement.Cast<duckdb::SelectStatement>().node.get();
    while (node->type == duckdb::QueryNodeType::SET_OPERATION_NODE) {
        node = node->Cast<duckdb::SetOperationNode>().children.front().get();
    }
    if (node->type != duckdb::QueryNodeType::SELECT_NODE) return;
    for (auto& item : node->Cast<duckdb::SelectNode>().select_list) {
        if (!item->GetAlias().empty()) continue;
        const TreeParts parts = survey(item);
        // An item with a star in it stands for several columns.
        if (!parts.parameters.empty() && parts.stars.empty()) item->SetAlias(item->GetName());
    }
}

}  // namespace

std::optional<std::size_t> parameter_number(const std::string& identifier) {
    std::size_t number = 0;
    const char* last = identifier.data() + identifier.size();
    const auto [end, error] = std::from_chars(identifier.data(), last, number);
    if (error != std::errc{} || end != last || number == 0) return std::nullopt;
    return number;
}

Result<std::size_t> count_parameters(const duckdb::SQLStatement& statement) {
    std::size_t count = 0;
    for (const auto& [identifier, index] : statement.named_param_map) {
        const auto number = parameter_number(identifier);
        if (!number) {
            return Error{sqlstate::kFeatureNotSupported, "named parameters are not supported: $" + identifier, "",
                         "Use $1, $2, …"};
        }
        if (*number > kMaxParameters)
            return Error{sqlstate::kUndefinedParameter, "there is no parameter $" + identifier};
        count = std::max(count, *number);
    }
    return count;
}

namespace {

class ArrayParameters final : public TreeVisitor {
public:
    ArrayParameters(const duckdb::vector<duckdb::LogicalType>& types, std::vector<std::size_t>& numbers)
        : types_(types), numbers_(numbers) {}

    void expression(duckdb::unique_ptr<duckdb::ParsedExpression>& slot) override {
        if (slot->GetExpressionClass() != duckdb::ExpressionClass::SUBQUERY) return;
        auto& any = slot->Cast<duckdb::SubqueryExpression>();
        const duckdb::ParsedExpression* array = array_of_any(any);
        if (array == nullptr || array->GetExpressionClass() != duckdb::ExpressionClass::PARAMETER) return;
        const auto number = parameter_number(array->Cast<duckdb::ParameterExpression>().identifier);
        if (!number || *number > types_.size() || !is_unknown(types_[*number - 1])) return;
        numbers_.push_back(*number);
        slot =
            duckdb::make_uniq<duckdb::ComparisonExpression>(any.comparison_type, std::move(any.child), array->Copy());
    }

private:
    const duckdb::vector<duckdb::LogicalType>& types_;
    std::vector<std::size_t>& numbers_;
};

}  // namespace

duckdb::unique_ptr<duckdb::SQLStatement> with_elements_for_arrays(const duckdb::SQLStatement& statement,
                                                                  const duckdb::vector<duckdb::LogicalType>& types,
                                                                  std::vector<std::size_t>& numbers) {
    auto copy = statement.Copy();
    ArrayParameters visitor(types, numbers);
    visit(*copy, visitor);
    return numbers.empty() ? nullptr : std::move(copy);
}

ParameterCasts cast_parameters(duckdb::SQLStatement& statement, duckdb::vector<duckdb::LogicalType> types) {
    keep_column_names(statement);
    ParameterCasts result{std::move(types), {}};
    const std::size_t count = result.types.size();
    const TreeParts parts = survey(statement);
    take_digits_of_casts(result.types, parts.parameters);
    for (const Parameter& parameter : parts.parameters) {
        const std::size_t number = parameter_number(identifier_of(parameter)).value_or(0);
        if (number == 0 || number > count || parameter.cast_to == nullptr) continue;
        if (is_unknown(result.types[number - 1])) result.types[number - 1] = *parameter.cast_to;
    }
    std::vector<bool> seen(count, false);
    for (const Parameter& parameter : parts.parameters) {
        const std::size_t number = parameter_number(identifier_of(parameter)).value_or(0);
        if (number == 0 || number > count || is_unknown(result.types[number - 1])) continue;
        if (seen[number - 1]) {
            result.again.push_back(number);
            identifier_of(parameter) = std::to_string(count + result.again.size());
            statement.named_param_map[identifier_of(parameter)] = count + result.again.size();
        }
        seen[number - 1] = true;
        wrap(parameter, result.types[number - 1]);
    }
    return result;
}

void cast_untyped(duckdb::SQLStatement& statement, const duckdb::vector<duckdb::LogicalType>& types) {
    for (const Parameter& parameter : survey(statement).parameters) {
        const auto number = parameter_number(identifier_of(parameter));
        if (number && *number <= types.size() && !is_unknown(types[*number - 1])) wrap(parameter, types[*number - 1]);
    }
}

}  // namespace smew::engine
