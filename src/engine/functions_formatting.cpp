// to_char(), to_date(), to_timestamp() and to_number() over DuckDB's vectors; the rules are in to_char.hpp,
// from_char.hpp.
#include "engine/errors.hpp"
#include "engine/from_char.hpp"
#include "engine/native_functions.hpp"
#include "engine/to_char.hpp"

#include <duckdb/common/types/date.hpp>
#include <duckdb/common/types/interval.hpp>
#include <duckdb/common/types/time.hpp>
#include <duckdb/common/types/timestamp.hpp>
#include <duckdb/common/vector_operations/binary_executor.hpp>
#include <duckdb/common/vector_operations/ternary_executor.hpp>
#include <duckdb/common/vector_operations/vector_operations.hpp>
#include <duckdb/execution/expression_executor.hpp>
#include <duckdb/function/function_binder.hpp>
#include <duckdb/function/scalar_function.hpp>
#include <duckdb/planner/expression/bound_cast_expression.hpp>

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

using duckdb::BinaryExecutor;
using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::timestamp_t;
using duckdb::Vector;

constexpr std::int64_t kMicrosPerSecond = 1'000'000, kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::string_view view(const string_t& text) {
    return {text.GetData(), text.GetSize()};
}

void take_clock(ShownTime& time, std::int64_t micros) {
    time.hour = micros / (3'600 * kMicrosPerSecond);
    time.minute = static_cast<int>(micros / (60 * kMicrosPerSecond) % 60);
    time.second = static_cast<int>(micros / kMicrosPerSecond % 60);
    time.micros = static_cast<int>(micros % kMicrosPerSecond);
}

ShownTime shown(timestamp_t stamp) {
    ShownTime time;
    const duckdb::date_t date = duckdb::Timestamp::GetDate(stamp);
    std::int32_t year = 0, month = 0, day = 0;
    duckdb::Date::Convert(date, year, month, day);
    time.year = year;
    time.month = month;
    time.day = day;
    time.day_number = date.days;
    take_clock(time, duckdb::Timestamp::GetTime(stamp).micros);
    return time;
}

ShownTime shown(const duckdb::interval_t& span) {
    ShownTime time;
    time.is_interval = true;
    time.year = span.months / 12;
    time.month = span.months % 12;
    time.day = span.days;
    take_clock(time, span.micros);
    return time;
}

// What the rules throw becomes the statement's error.
template <class Function>
auto checked(const Function& function) {
    try {
        return function();
    } catch (const ErrorException& exception) {
        throw_through_duckdb(exception.error());
    }
}

template <class T>
string_t text_of(Vector& result, const T& value, const string_t& pattern) {
    return StringVector::AddString(result, checked([&] { return time_to_char(shown(value), view(pattern)); }));
}

void timestamps(DataChunk& input, ExpressionState&, Vector& result) {
    BinaryExecutor::ExecuteWithNulls<timestamp_t, string_t, string_t>(
        input.data[0], input.data[1], result, input.size(),
        [&](timestamp_t stamp, string_t pattern, duckdb::ValidityMask& mask, duckdb::idx_t row) {
            if (duckdb::Timestamp::IsFinite(stamp)) return text_of(result, stamp, pattern);
            mask.SetInvalid(row);  // infinity has no fields
            return string_t();
        });
}

void intervals(DataChunk& input, ExpressionState&, Vector& result) {
    BinaryExecutor::Execute<duckdb::interval_t, string_t, string_t>(
        input.data[0], input.data[1], result, input.size(),
        [&](const duckdb::interval_t& span, string_t pattern) { return text_of(result, span, pattern); });
}

// The third argument is the first as a local time, which bind_zoned() adds.
void zoned_timestamps(DataChunk& input, ExpressionState&, Vector& result) {
    duckdb::TernaryExecutor::ExecuteWithNulls<timestamp_t, string_t, timestamp_t, string_t>(
        input.data[0], input.data[1], input.data[2], result, input.size(),
        [&](timestamp_t stamp, string_t pattern, timestamp_t local, duckdb::ValidityMask& mask, duckdb::idx_t row) {
            if (!duckdb::Timestamp::IsFinite(stamp)) {
                mask.SetInvalid(row);
                return string_t();
            }
            ShownTime time = shown(local);
            time.has_zone = true;
            time.zone_offset = static_cast<std::int32_t>((local.value - stamp.value) / kMicrosPerSecond);
            return StringVector::AddString(result, checked([&] { return time_to_char(time, view(pattern)); }));
        });
}

duckdb::unique_ptr<duckdb::FunctionData> bind_zoned(duckdb::ClientContext& context, ScalarFunction& function,
                                                    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    if (arguments.size() == 3) return nullptr;  // bound before
    function.arguments.push_back(LogicalType::TIMESTAMP);
    arguments.push_back(
        duckdb::BoundCastExpression::AddCastToType(context, arguments[0]->Copy(), LogicalType::TIMESTAMP));
    return nullptr;
}

// Numbers of every kind go through their text: its digits are what the pattern places.
void numbers(DataChunk& input, ExpressionState& state, Vector& result) {
    Vector digits(LogicalType::VARCHAR, input.size());
    duckdb::VectorOperations::Cast(state.GetContext(), input.data[0], digits, input.size());
    BinaryExecutor::Execute<string_t, string_t, string_t>(
        digits, input.data[1], result, input.size(), [&](string_t number, string_t pattern) {
            return StringVector::AddString(result, number_to_char(view(number), view(pattern)));
        });
}

duckdb::unique_ptr<duckdb::FunctionData> keep_decimal(
    duckdb::ClientContext&, ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    function.arguments[0] = arguments[0]->return_type;
    return nullptr;
}

ScalarFunctionSet to_char() {
    ScalarFunctionSet set;
    const LogicalType text = LogicalType::VARCHAR;
    set.AddFunction(ScalarFunction({LogicalType::TIMESTAMP, text}, text, timestamps));
    set.AddFunction(ScalarFunction({LogicalType::TIMESTAMP_TZ, text}, text, zoned_timestamps, bind_zoned));
    set.AddFunction(ScalarFunction({LogicalType::INTERVAL, text}, text, intervals));
    for (const auto type : {LogicalType::BIGINT, LogicalType::HUGEINT, LogicalType::DOUBLE}) {
        set.AddFunction(ScalarFunction({type, text}, text, numbers));
    }
    set.AddFunction(ScalarFunction({LogicalType(duckdb::LogicalTypeId::DECIMAL), text}, text, numbers, keep_decimal));
    return set;
}

// ---- the way back

ReadTime read(const string_t& text, const string_t& pattern) {
    auto time = read_time(view(text), view(pattern));
    if (!time) throw_through_duckdb(time.error());
    return *time;
}

void read_dates(DataChunk& input, ExpressionState&, Vector& result) {
    BinaryExecutor::Execute<string_t, string_t, duckdb::date_t>(
        input.data[0], input.data[1], result, input.size(), [](string_t text, string_t pattern) {
            return duckdb::date_t(static_cast<std::int32_t>(read(text, pattern).days));
        });
}

// A local time, which the caller casts to the session's zone.
void read_timestamps(DataChunk& input, ExpressionState&, Vector& result) {
    BinaryExecutor::Execute<string_t, string_t, timestamp_t>(
        input.data[0], input.data[1], result, input.size(), [](string_t text, string_t pattern) {
            const ReadTime time = read(text, pattern);
            return timestamp_t(time.days * kMicrosPerDay + time.micros_of_day);
        });
}

void read_numbers(DataChunk& input, ExpressionState&, Vector& result) {
    BinaryExecutor::Execute<string_t, string_t, string_t>(
        input.data[0], input.data[1], result, input.size(), [&](string_t text, string_t pattern) {
            const auto number = read_number(view(text), view(pattern));
            if (!number) throw_through_duckdb(number.error());
            return StringVector::AddString(result, *number);
        });
}

// Calls `inner` and casts what it gives, so that the session's zone and the pattern's scale are the cast's business.
duckdb::unique_ptr<duckdb::Expression> cast_result_of(duckdb::FunctionBindExpressionInput& input, ScalarFunction inner,
                                                      const LogicalType& type) {
    auto call = duckdb::FunctionBinder(input.context).BindScalarFunction(std::move(inner), std::move(input.children));
    return duckdb::BoundCastExpression::AddCastToType(input.context, std::move(call), type);
}

const duckdb::vector<LogicalType> kTwoTexts = {LogicalType::VARCHAR, LogicalType::VARCHAR};

duckdb::unique_ptr<duckdb::Expression> as_zoned(duckdb::FunctionBindExpressionInput& input) {
    return cast_result_of(input, {"to_timestamp", kTwoTexts, LogicalType::TIMESTAMP, read_timestamps},
                          LogicalType::TIMESTAMP_TZ);
}

// numeric has the scale of the pattern, since a column here has one scale.
duckdb::unique_ptr<duckdb::Expression> as_numeric(duckdb::FunctionBindExpressionInput& input) {
    std::uint8_t scale = 10;
    if (input.children[1]->IsFoldable()) {
        const auto pattern = duckdb::ExpressionExecutor::EvaluateScalar(input.context, *input.children[1]);
        const NumberScale places = scale_of_pattern(pattern.IsNull() ? std::string() : pattern.ToString());
        scale = static_cast<std::uint8_t>(std::min(places.places + places.multiplied, 37));
    }
    return cast_result_of(input, {"to_number", kTwoTexts, LogicalType::VARCHAR, read_numbers},
                          LogicalType::DECIMAL(38, scale));
}

ScalarFunctionSet to_timestamp() {
    ScalarFunction function(kTwoTexts, LogicalType::TIMESTAMP_TZ, read_timestamps);
    function.SetBindExpressionCallback(as_zoned);
    return one(std::move(function));
}

ScalarFunctionSet to_number() {
    ScalarFunction function(kTwoTexts, LogicalType::DECIMAL(38, 10), read_numbers);
    function.SetBindExpressionCallback(as_numeric);
    return one(std::move(function));
}

constexpr std::array kFunctions = {
    NativeFunction{"to_char", to_char, false},
    NativeFunction{"to_date",
                   [] {
                       return one({{LogicalType::VARCHAR, LogicalType::VARCHAR}, LogicalType::DATE, read_dates});
                   }},
    NativeFunction{"to_timestamp", to_timestamp, false, true},
    NativeFunction{"to_number", to_number},
};

}  // namespace

std::span<const NativeFunction> formatting_functions() {
    return kFunctions;
}

}  // namespace smew::engine
