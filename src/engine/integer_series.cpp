#include "engine/integer_series.hpp"

#include "engine/errors.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp>
#include <duckdb/function/scalar_function.hpp>
#include <duckdb/main/connection.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::LogicalType;
using duckdb::Value;

// What is still to come. Counted in 64 bits, where no end of 32 overflows.
struct Series {
    std::int64_t next = 0, step = 1;
    std::uint64_t left = 0;

    Series() = default;
    Series(std::int64_t first, std::int64_t last, std::int64_t by) : next(first), step(by) {
        if (by == 0) throw_through_duckdb({sqlstate::kInvalidParameterValue, "step size cannot equal zero"});
        const std::int64_t distance = by > 0 ? last - first : first - last;
        if (distance >= 0) left = static_cast<std::uint64_t>(distance / std::abs(by)) + 1;
    }

    template <class T>
    void write(T* out, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i, next += step) out[i] = static_cast<T>(next);
        left -= count;
    }
};

// Of one row of (first, last [, step]); none where an argument is NULL.
Series series_of(const duckdb::DataChunk& arguments, duckdb::idx_t row) {
    std::array<std::int64_t, 3> values{0, 0, 1};
    for (duckdb::idx_t i = 0; i < arguments.ColumnCount(); ++i) {
        const Value value = arguments.GetValue(i, row);
        if (value.IsNull()) return {};
        values[i] = value.GetValue<std::int32_t>();
    }
    return {values[0], values[1], values[2]};
}

LogicalType element_type(duckdb::ClientContext& context) {
    return SessionState::speaks_postgres(context) ? LogicalType::INTEGER : LogicalType::BIGINT;
}

void write(Series& series, duckdb::Vector& out, std::size_t at, std::size_t count) {
    if (out.GetType().id() == duckdb::LogicalTypeId::INTEGER) {
        series.write(duckdb::FlatVector::GetData<std::int32_t>(out) + at, count);
    } else {
        series.write(duckdb::FlatVector::GetData<std::int64_t>(out) + at, count);
    }
}

// ---------------------------------------------------------------- rows

struct RowsBind final : duckdb::TableFunctionData {
    std::optional<std::uint64_t> rows;  // where the arguments are constants
};

struct RowsState final : duckdb::LocalTableFunctionState {
    duckdb::idx_t row = 0;  // of the input
    std::optional<Series> series;
};

std::optional<std::uint64_t> count_of(const duckdb::vector<Value>& arguments) {
    if (arguments.empty()) return std::nullopt;
    duckdb::DataChunk chunk;
    duckdb::vector<LogicalType> types(arguments.size(), LogicalType::INTEGER);
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types, 1);
    for (duckdb::idx_t i = 0; i < arguments.size(); ++i) {
        Value value = arguments[i];
        if (!value.DefaultTryCastAs(LogicalType::INTEGER)) return std::nullopt;
        chunk.SetValue(i, 0, value);
    }
    chunk.SetCardinality(1);
    return series_of(chunk, 0).left;
}

duckdb::unique_ptr<duckdb::FunctionData> bind_rows(duckdb::ClientContext& context,
                                                   duckdb::TableFunctionBindInput& input,
                                                   duckdb::vector<LogicalType>& types,
                                                   duckdb::vector<std::string>& names) {
    types.push_back(element_type(context));
    names.emplace_back("generate_series");
    auto bound = duckdb::make_uniq<RowsBind>();
    bound->rows = count_of(input.inputs);
    return bound;
}

duckdb::unique_ptr<duckdb::NodeStatistics> expected_rows(duckdb::ClientContext&, const duckdb::FunctionData* data) {
    const auto rows = data == nullptr ? std::nullopt : data->Cast<RowsBind>().rows;
    return rows ? duckdb::make_uniq<duckdb::NodeStatistics>(*rows, *rows) : nullptr;
}

duckdb::unique_ptr<duckdb::LocalTableFunctionState> begin_rows(duckdb::ExecutionContext&,
                                                               duckdb::TableFunctionInitInput&,
                                                               duckdb::GlobalTableFunctionState*) {
    return duckdb::make_uniq<RowsState>();
}

duckdb::OperatorResultType give_rows(duckdb::ExecutionContext&, duckdb::TableFunctionInput& data,
                                     duckdb::DataChunk& input, duckdb::DataChunk& output) {
    auto& state = data.local_state->Cast<RowsState>();
    for (; state.row < input.size(); ++state.row, state.series.reset()) {
        if (!state.series) state.series = series_of(input, state.row);
        if (state.series->left == 0) continue;
        const std::size_t count = std::min<std::uint64_t>(state.series->left, STANDARD_VECTOR_SIZE);
        write(*state.series, output.data[0], 0, count);
        output.SetCardinality(count);
        return duckdb::OperatorResultType::HAVE_MORE_OUTPUT;
    }
    state.row = 0;
    return duckdb::OperatorResultType::NEED_MORE_INPUT;
}

duckdb::TableFunction rows_function(std::size_t arguments) {
    duckdb::TableFunction function("generate_series", duckdb::vector<LogicalType>(arguments, LogicalType::INTEGER),
                                   nullptr, bind_rows, nullptr, begin_rows);
    function.in_out_function = give_rows;
    function.cardinality = expected_rows;
    return function;
}

// ---------------------------------------------------------------- a list

duckdb::unique_ptr<duckdb::FunctionData> bind_list(duckdb::ClientContext& context, duckdb::ScalarFunction& function,
                                                   duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>&) {
    function.SetReturnType(LogicalType::LIST(element_type(context)));
    return nullptr;
}

void give_list(duckdb::DataChunk& arguments, duckdb::ExpressionState&, duckdb::Vector& result) {
    auto* const lists = duckdb::FlatVector::GetData<duckdb::list_entry_t>(result);
    for (duckdb::idx_t row = 0; row < arguments.size(); ++row) {
        Series series = series_of(arguments, row);
        const duckdb::idx_t at = duckdb::ListVector::GetListSize(result);
        const duckdb::idx_t count = series.left;
        duckdb::ListVector::Reserve(result, at + count);
        write(series, duckdb::ListVector::GetEntry(result), at, count);
        duckdb::ListVector::SetListSize(result, at + count);
        lists[row] = {at, count};
    }
    if (arguments.AllConstant()) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

duckdb::ScalarFunctionSet list_functions() {
    duckdb::ScalarFunctionSet set;
    for (const std::size_t arguments : {2U, 3U}) {
        set.AddFunction(duckdb::ScalarFunction(duckdb::vector<LogicalType>(arguments, LogicalType::INTEGER),
                                               LogicalType::LIST(LogicalType::INTEGER), give_list, bind_list));
    }
    return set;
}

constexpr std::array kFunctions = {NativeFunction{"generate_series", list_functions, true, true}};

}  // namespace

void install_integer_series(duckdb::DatabaseInstance& database) {
    duckdb::Connection connection(database);
    connection.context->RunFunctionInTransaction([&] {
        auto& functions =
            duckdb::Catalog::GetSystemCatalog(database)
                .GetEntry<duckdb::TableFunctionCatalogEntry>(*connection.context, DEFAULT_SCHEMA, "generate_series")
                .functions;
        for (const std::size_t arguments : {2U, 3U}) functions.AddFunction(rows_function(arguments));
    });
}

std::span<const NativeFunction> series_functions() {
    return kFunctions;
}

}  // namespace smew::engine
