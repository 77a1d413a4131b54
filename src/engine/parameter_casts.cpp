#include "engine/parameter_casts.hpp"

#include "engine/parse_tree.hpp"

#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/expression/parameter_expression.hpp>

#include <algorithm>
#include <charconv>

namespace smew::engine {
namespace {

constexpr std::size_t kMaxParameters = 65535;  // the protocol counts them in 16 bits

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

void cast_parameters(duckdb::SQLStatement& statement, const duckdb::vector<duckdb::LogicalType>& types) {
    for (auto* slot : survey(statement).parameters) {
        const auto number = parameter_number((*slot)->Cast<duckdb::ParameterExpression>().identifier);
        if (!number || *number > types.size() || types[*number - 1].id() == duckdb::LogicalTypeId::UNKNOWN) continue;
        const auto location = (*slot)->GetQueryLocation();
        *slot = duckdb::make_uniq<duckdb::CastExpression>(types[*number - 1], std::move(*slot));
        (*slot)->SetQueryLocation(location);
    }
}

}  // namespace smew::engine
