#include "engine/sum_aggregates.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/aggregate_function_catalog_entry.hpp>
#include <duckdb/common/exception.hpp>
#include <duckdb/common/types/interval.hpp>
#include <duckdb/function/aggregate_function.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/connection.hpp>

#include <algorithm>
#include <cstdint>

namespace smew::engine {
namespace {

using duckdb::AggregateFunction;
using duckdb::interval_t;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;

template <class T>
struct Sum {
    T total;
    bool any;
};

template <class T>
T plus(T a, T b, const char* type) {
    T sum{};
    if (__builtin_add_overflow(a, b, &sum)) throw duckdb::OutOfRangeException("%s out of range", type);
    return sum;
}

void add(std::int64_t& total, std::int64_t value) {
    total = plus(total, value, "bigint");
}

void add(interval_t& total, const interval_t& value) {
    total.months = plus(total.months, value.months, "interval");
    total.days = plus(total.days, value.days, "interval");
    total.micros = plus(total.micros, value.micros, "interval");
}

std::int64_t times(std::int64_t value, duckdb::idx_t count) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(value, count, &product)) throw duckdb::OutOfRangeException("bigint out of range");
    return product;
}

// What AggregateFunction::UnaryAggregate wants of an operation.
struct SumOperation {
    template <class State>
    static void Initialize(State& state) {
        state = State{};
    }
    template <class Input, class State, class>
    static void Operation(State& state, const Input& input, duckdb::AggregateUnaryInput&) {
        state.any = true;
        add(state.total, input);
    }
    template <class Input, class State, class Op>
    static void ConstantOperation(State& state, const Input& input, duckdb::AggregateUnaryInput& unary,
                                  duckdb::idx_t count) {
        if constexpr (std::is_integral_v<Input>) {
            state.any = true;
            add(state.total, times(input, count));
        } else {
            for (duckdb::idx_t i = 0; i < count; ++i) Operation<Input, State, Op>(state, input, unary);
        }
    }
    template <class State, class>
    static void Combine(const State& source, State& target, duckdb::AggregateInputData&) {
        if (!source.any) return;
        target.any = true;
        add(target.total, source.total);
    }
    template <class Result, class State>
    static void Finalize(State& state, Result& target, duckdb::AggregateFinalizeData& result) {
        if (state.any)
            target = state.total;
        else
            result.ReturnNull();
    }
    static bool IgnoreNull() { return true; }
};

template <class Input>
AggregateFunction bigint_sum(const LogicalType& input) {
    return AggregateFunction::UnaryAggregate<Sum<std::int64_t>, Input, std::int64_t, SumOperation>(input,
                                                                                                   LogicalType::BIGINT);
}

void replace(AggregateFunction& function) {
    switch (function.arguments.at(0).id()) {
        case LogicalTypeId::BOOLEAN:
            function = bigint_sum<bool>(LogicalType::BOOLEAN);
            break;
        case LogicalTypeId::SMALLINT:
            function = bigint_sum<std::int16_t>(LogicalType::SMALLINT);
            break;
        case LogicalTypeId::INTEGER:
            function = bigint_sum<std::int32_t>(LogicalType::INTEGER);
            break;
        default:
            return;
    }
    function.name = "sum";
}

}  // namespace

void install_sum_aggregates(duckdb::DatabaseInstance& database) {
    auto& system = duckdb::Catalog::GetSystemCatalog(database);
    duckdb::Connection connection(database);
    duckdb::ClientContext& context = *connection.context;
    context.RunFunctionInTransaction([&] {
        auto& entry = system.GetEntry<duckdb::AggregateFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "sum");
        std::ranges::for_each(entry.functions.functions, replace);
        auto interval = AggregateFunction::UnaryAggregate<Sum<interval_t>, interval_t, interval_t, SumOperation>(
            LogicalType::INTERVAL, LogicalType::INTERVAL);
        interval.name = "sum";
        entry.functions.AddFunction(interval);
    });
}

}  // namespace smew::engine
