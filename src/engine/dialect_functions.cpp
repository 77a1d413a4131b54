// Functions whose meaning or result differs, on the parse tree.
#include "engine/dialect_expressions.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/expression/type_expression.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace smew::engine {
namespace {

using duckdb::ExpressionClass;
using duckdb::FunctionExpression;
using duckdb::ParsedExpression;

ExpressionSlot text(std::string value) {
    return duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(std::move(value)));
}

ExpressionSlot call(const std::string& function, duckdb::vector<ExpressionSlot> arguments) {
    return duckdb::make_uniq<FunctionExpression>(function, std::move(arguments));
}

template <class... Slots>
duckdb::vector<ExpressionSlot> slots(Slots... each) {
    duckdb::vector<ExpressionSlot> all;
    (all.push_back(std::move(each)), ...);
    return all;
}

ExpressionSlot concatenated(ExpressionSlot left, ExpressionSlot right) {
    return duckdb::make_uniq<FunctionExpression>("||", slots(std::move(left), std::move(right)), nullptr, nullptr,
                                                 false, true);
}

ExpressionSlot as_text(ExpressionSlot value) {
    return duckdb::make_uniq<duckdb::CastExpression>(duckdb::LogicalType::VARCHAR, std::move(value));
}

// What stands in the slot goes through `wrap`, and is called and stands where it did.
template <class Wrap>
void wrap_slot(ExpressionSlot& slot, Wrap&& wrap) {
    const std::string alias = slot->GetAlias();
    const auto location = slot->GetQueryLocation();
    slot->SetAlias("");
    slot = wrap(std::move(slot));
    slot->SetAlias(alias);
    slot->SetQueryLocation(location);
}

// The n of varchar(n) and char(n), 1 of char alone; nothing for other types and for varchar alone.
std::optional<std::int64_t> text_length(const duckdb::LogicalType& type) {
    if (type.id() != duckdb::LogicalTypeId::UNBOUND) return std::nullopt;
    const auto& expression = duckdb::UnboundType::GetTypeExpression(type);
    if (expression->GetExpressionClass() != ExpressionClass::TYPE) return std::nullopt;
    const auto& named = expression->Cast<duckdb::TypeExpression>();
    constexpr std::array<std::string_view, 4> kTexts = {"varchar", "bpchar", "char", "nvarchar"};
    const std::string name = duckdb::StringUtil::Lower(named.GetTypeName());
    if (std::ranges::find(kTexts, name) == kTexts.end() || named.GetChildren().size() != 1) return std::nullopt;
    const ParsedExpression& length = *named.GetChildren().front();
    if (length.GetExpressionClass() != ExpressionClass::CONSTANT) return std::nullopt;
    const duckdb::Value& value = length.Cast<duckdb::ConstantExpression>().value;
    if (value.IsNull() || !value.type().IsIntegral()) return std::nullopt;
    return value.GetValue<std::int64_t>();
}

// "null" for NULL, and JSON for everything else.
ExpressionSlot json_text(ExpressionSlot value) {
    auto texts = slots(as_text(call("to_json", slots(std::move(value)))), text("null"));
    auto either = duckdb::make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE);
    either->children = std::move(texts);
    return either;
}

// string_agg(element, ', ') with the modifiers of the call it stands for, between brackets, as JSON.
ExpressionSlot joined(FunctionExpression& aggregate, ExpressionSlot element, const char* open, const char* close) {
    auto list = duckdb::make_uniq<FunctionExpression>("string_agg", slots(std::move(element), text(", ")),
                                                      std::move(aggregate.filter), std::move(aggregate.order_bys),
                                                      aggregate.distinct);
    auto enclosed = concatenated(concatenated(text(open), std::move(list)), text(close));
    return duckdb::make_uniq<duckdb::CastExpression>(duckdb::LogicalType::JSON(), std::move(enclosed));
}

// (…), but not (?:…) and \(.
bool has_group(const std::string& pattern) {
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] == '\\') {
            ++at;
        } else if (pattern[at] == '(' && pattern.compare(at, 2, "(?") != 0) {
            return true;
        }
    }
    return false;
}

}  // namespace

void rewrite_text_length(ExpressionSlot& slot) {
    const auto length = text_length(slot->Cast<duckdb::CastExpression>().cast_type);
    if (!length) return;
    slot->Cast<duckdb::CastExpression>().cast_type = duckdb::LogicalType::VARCHAR;
    wrap_slot(slot, [&](ExpressionSlot cast) {
        return call("left", slots(std::move(cast),
                                  duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value::BIGINT(*length))));
    });
}

void rewrite_split(FunctionExpression& call) {
    if (call.function_name == "string_to_array" && call.children.size() == 3)
        call.function_name = "string_to_array_with_nulls";
}

void rewrite_substring(ExpressionSlot& slot) {
    auto& function = slot->Cast<FunctionExpression>();
    const bool named = function.function_name == "substring" && function.children.size() == 2;
    if (!named || function.children[1]->GetExpressionClass() != ExpressionClass::CONSTANT) return;
    const duckdb::Value pattern = function.children[1]->Cast<duckdb::ConstantExpression>().value;
    if (pattern.IsNull() || pattern.type().id() != duckdb::LogicalTypeId::VARCHAR) return;
    wrap_slot(slot, [&](ExpressionSlot whole) {
        auto& call_of = whole->Cast<FunctionExpression>();
        const std::int64_t group = has_group(duckdb::StringValue::Get(pattern)) ? 1 : 0;
        auto found = duckdb::make_uniq<duckdb::CaseExpression>();
        duckdb::CaseCheck check;
        check.when_expr = call("regexp_matches", slots(call_of.children[0]->Copy(), call_of.children[1]->Copy()));
        check.then_expr =
            call("regexp_extract",
                 slots(std::move(call_of.children[0]), std::move(call_of.children[1]),
                       ExpressionSlot(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value::BIGINT(group)))));
        found->case_checks.push_back(std::move(check));
        found->else_expr = duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value());
        return found;
    });
}

void rewrite_count(ExpressionSlot& slot) {
    constexpr std::array<std::string_view, 7> kCounts = {"length", "char_length",  "character_length", "position",
                                                         "strpos", "array_length", "octet_length"};
    const auto& function = slot->Cast<FunctionExpression>();
    if (function.is_operator || std::ranges::find(kCounts, function.function_name) == kCounts.end()) return;
    wrap_slot(slot, [](ExpressionSlot count) {
        return duckdb::make_uniq<duckdb::CastExpression>(duckdb::LogicalType::INTEGER, std::move(count));
    });
}

void rewrite_json_aggregate(ExpressionSlot& slot) {
    auto& aggregate = slot->Cast<FunctionExpression>();
    const bool modified =
        aggregate.distinct || aggregate.filter || (aggregate.order_bys && !aggregate.order_bys->orders.empty());
    if (!modified) return;
    const std::string& name = aggregate.function_name;
    const bool array = (name == "json_agg" || name == "jsonb_agg") && aggregate.children.size() == 1;
    const bool object = (name == "json_object_agg" || name == "jsonb_object_agg") && aggregate.children.size() == 2;
    if (!array && !object) return;
    const bool spaced = name == "json_object_agg";
    wrap_slot(slot, [&](ExpressionSlot whole) {
        auto& call_of = whole->Cast<FunctionExpression>();
        if (array) return joined(call_of, json_text(std::move(call_of.children[0])), "[", "]");
        auto key = as_text(call("to_json", slots(as_text(std::move(call_of.children[0])))));
        auto pair = concatenated(concatenated(std::move(key), text(spaced ? " : " : ": ")),
                                 json_text(std::move(call_of.children[1])));
        return joined(call_of, std::move(pair), spaced ? "{ " : "{", spaced ? " }" : "}");
    });
}

void rewrite_json_builder(ExpressionSlot& slot) {
    auto& builder = slot->Cast<FunctionExpression>();
    const std::string& name = builder.function_name;
    if (name == "json_build_array" || name == "jsonb_build_array") builder.function_name = "json_array";
    // An odd number is for DuckDB's function to refuse.
    if (name != "json_build_object" && name != "jsonb_build_object") return;
    for (std::size_t key = 0; key < builder.children.size(); key += 2)
        builder.children[key] = as_text(std::move(builder.children[key]));
    builder.function_name = "json_object";
}

}  // namespace smew::engine
