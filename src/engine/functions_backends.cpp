// What reaches the workspace's other sessions: pg_cancel_backend, pg_terminate_backend, pg_notify.
// Source: PostgreSQL 15 documentation, 9.27.2 "Server Signaling Functions", NOTIFY.
#include "engine/functions_backends.hpp"

#include "engine/backends.hpp"
#include "engine/errors.hpp"
#include "engine/session_objects.hpp"
#include "engine/type_names.hpp"

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

// pg_notify(channel, payload): NULL is the empty text, as in PostgreSQL.
void notify(duckdb::DataChunk& input, duckdb::ExpressionState& state, duckdb::Vector& result) {
    const auto text = [&](duckdb::idx_t column, duckdb::idx_t row) {
        const duckdb::Value value = input.GetValue(column, row);
        return value.IsNull() ? std::string() : duckdb::StringValue::Get(value);
    };
    auto* const session = dynamic_cast<SessionObjects*>(&facts_of(state.GetContext()));
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        if (session != nullptr) {
            const Result<void> sent = session->notify(text(0, row), text(1, row));
            if (!sent) throw_through_duckdb(sent.error());
        }
        result.SetValue(row, duckdb::Value(""));
    }
}

ScalarFunctionSet notifying() {
    ScalarFunction function({LogicalType::VARCHAR, LogicalType::VARCHAR}, aliased_type("void"), notify);
    function.SetStability(duckdb::FunctionStability::VOLATILE);
    function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    ScalarFunctionSet set;
    set.AddFunction(std::move(function));
    return set;
}

constexpr std::array kFunctions = {
    NativeFunction{"pg_cancel_backend", cancel, false},
    NativeFunction{"pg_notify", notifying, false},
    NativeFunction{"pg_terminate_backend", terminate, false},
};

}  // namespace

std::span<const NativeFunction> backend_functions() {
    return kFunctions;
}

}  // namespace smew::engine
