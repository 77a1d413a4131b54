// pg_cancel_backend and pg_terminate_backend, of the workspace's own sessions.
// Source: PostgreSQL 15 documentation, 9.27.2 "Server Signaling Functions".
#include "engine/functions_backends.hpp"

#include "engine/backends.hpp"

#include <duckdb/function/scalar_function.hpp>

#include <array>

namespace smew::engine {
namespace {

using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;

template <CancelReason reason>
void signal(duckdb::DataChunk& input, duckdb::ExpressionState& state, duckdb::Vector& result) {
    auto* const sessions = dynamic_cast<Backends*>(&facts_of(state.GetContext()));
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        const duckdb::Value pid = input.GetValue(0, row);
        const bool sent =
            !pid.IsNull() && sessions != nullptr && sessions->signal_backend(pid.GetValue<std::int32_t>(), reason);
        result.SetValue(row, pid.IsNull() ? duckdb::Value(LogicalType::BOOLEAN) : duckdb::Value::BOOLEAN(sent));
    }
}

template <CancelReason reason>
void add(ScalarFunctionSet& set, const duckdb::vector<LogicalType>& arguments) {
    ScalarFunction function(arguments, LogicalType::BOOLEAN, signal<reason>);
    function.SetStability(duckdb::FunctionStability::VOLATILE);
    set.AddFunction(std::move(function));
}

ScalarFunctionSet cancel() {
    ScalarFunctionSet set;
    add<CancelReason::kUser>(set, {LogicalType::INTEGER});
    return set;
}

// Returns at once also with a timeout: the other session ends by itself within milliseconds.
ScalarFunctionSet terminate() {
    ScalarFunctionSet set;
    add<CancelReason::kAdmin>(set, {LogicalType::INTEGER});
    add<CancelReason::kAdmin>(set, {LogicalType::INTEGER, LogicalType::BIGINT});
    return set;
}

constexpr std::array kFunctions = {
    NativeFunction{"pg_cancel_backend", cancel, false},
    NativeFunction{"pg_terminate_backend", terminate, false},
};

}  // namespace

std::span<const NativeFunction> backend_functions() {
    return kFunctions;
}

}  // namespace smew::engine
