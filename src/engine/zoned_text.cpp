#include "engine/zoned_text.hpp"

#include "engine/datetime_text.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/common/types/timestamp.hpp>
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/execution/expression_executor_state.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/planner/expression/bound_cast_expression.hpp>
#include <duckdb/planner/expression/bound_constant_expression.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/expression_iterator.hpp>
#include <duckdb/planner/logical_operator_visitor.hpp>
#include <duckdb/transaction/meta_transaction.hpp>

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

using duckdb::Expression;
using duckdb::FunctionStability;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<const char*, N>& words) {
    return std::ranges::any_of(words,
                               [&](const char* word) { return duckdb::StringUtil::CIEquals(std::string(text), word); });
}

// Whether DuckDB's own cast does. It takes any last word for the name of a zone, also PM and an offset behind a blank.
bool is_readable(std::string_view text) {
    constexpr std::array<const char*, 2> kNoZones{"am", "pm"};
    duckdb::timestamp_t moment;
    bool has_offset = false;
    duckdb::string_t named("", 0);  // without one it stays as it is
    const auto result =
        duckdb::Timestamp::TryConvertTimestampTZ(text.data(), text.size(), moment, true, has_offset, named);
    const std::string_view zone(named.GetData(), named.GetSize());
    return result == duckdb::TimestampCastResult::SUCCESS && !is_one_of(zone, kNoZones) && !zone.starts_with('+') &&
           !zone.starts_with('-');
}

void make_readable(duckdb::DataChunk& arguments, duckdb::ExpressionState& state, duckdb::Vector& result) {
    duckdb::ClientContext& context = state.GetContext();
    duckdb::StringVector::AddHeapReference(result, arguments.data[0]);
    duckdb::UnaryExecutor::Execute<duckdb::string_t, duckdb::string_t>(
        arguments.data[0], result, arguments.size(), [&](duckdb::string_t text) {
            const auto readable = readable_zoned_text(context, {text.GetData(), text.GetSize()});
            return readable ? duckdb::StringVector::AddString(result, *readable) : text;
        });
}

duckdb::unique_ptr<Expression> made_readable(duckdb::unique_ptr<Expression> text, FunctionStability stability) {
    duckdb::ScalarFunction function("smew_datetime_text", {LogicalType::VARCHAR}, LogicalType::VARCHAR, make_readable);
    function.SetStability(stability);
    duckdb::vector<duckdb::unique_ptr<Expression>> arguments;
    arguments.push_back(std::move(text));
    return duckdb::make_uniq<duckdb::BoundFunctionExpression>(LogicalType::VARCHAR, std::move(function),
                                                              std::move(arguments), nullptr);
}

bool has_zone(const LogicalType& type) {
    return type.id() == LogicalTypeId::TIMESTAMP_TZ || type.id() == LogicalTypeId::TIME_TZ;
}

bool is_datetime(const LogicalType& type) {
    return has_zone(type) || type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::DATE ||
           type.id() == LogicalTypeId::TIME;
}

void prepare_constant(duckdb::ClientContext& context, duckdb::BoundCastExpression& cast) {
    constexpr std::array<const char*, 4> kMoving{"now", "today", "tomorrow", "yesterday"};
    duckdb::Value& value = cast.child->Cast<duckdb::BoundConstantExpression>().value;
    if (value.IsNull()) return;
    const std::string& text = duckdb::StringValue::Get(value);
    if (is_one_of(text, kMoving)) {
        // Only what is volatile is not folded into the plan; of a constant it is still asked once a vector.
        cast.child = made_readable(std::move(cast.child), FunctionStability::VOLATILE);
    } else if (has_zone(cast.return_type)) {
        if (auto readable = readable_zoned_text(context, text)) value = duckdb::Value(*std::move(readable));
    }
}

void prepare(duckdb::ClientContext& context, Expression& expression) {
    duckdb::ExpressionIterator::EnumerateChildren(
        expression, [&](duckdb::unique_ptr<Expression>& child) { prepare(context, *child); });
    if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_CAST) return;
    auto& cast = expression.Cast<duckdb::BoundCastExpression>();
    if (cast.child->return_type.id() != LogicalTypeId::VARCHAR || !is_datetime(cast.return_type)) return;
    if (cast.child->GetExpressionClass() == duckdb::ExpressionClass::BOUND_CONSTANT) {
        prepare_constant(context, cast);
    } else if (has_zone(cast.return_type)) {
        cast.child = made_readable(std::move(cast.child), FunctionStability::CONSISTENT);
    }
}

}  // namespace

std::int64_t local_now(duckdb::ClientContext& context) {
    // Parameters are read outside of a transaction.
    const auto start = context.transaction.HasActiveTransaction()
                           ? duckdb::MetaTransaction::Get(context).start_timestamp
                           : duckdb::Timestamp::GetCurrentTimestamp();
    const auto local =
        duckdb::Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(start)).CastAs(context, LogicalType::TIMESTAMP);
    return local.GetValue<duckdb::timestamp_t>().value;
}

std::optional<std::string> readable_zoned_text(duckdb::ClientContext& context, std::string_view text) {
    if (is_readable(text)) return std::nullopt;
    if (auto full = with_full_clock(text); full && is_readable(*full)) return full;
    auto iso = iso_datetime(text, local_now(context));
    if (!iso) return std::nullopt;
    auto full = with_full_clock(*iso);
    return full ? full : iso;
}

void prepare_zoned_casts(duckdb::ClientContext& context, duckdb::LogicalOperator& plan) {
    duckdb::LogicalOperatorVisitor::EnumerateExpressions(
        plan, [&](duckdb::unique_ptr<Expression>* expression) { prepare(context, **expression); });
    for (const auto& child : plan.children) prepare_zoned_casts(context, *child);
}

}  // namespace smew::engine
