// What tells a session who it is: current_user, version(), current_setting() and their like.
// Source: PostgreSQL 15 documentation, 9.26 "System Information Functions", 9.27.1 "Configuration Settings Functions".
#include "engine/errors.hpp"
#include "engine/native_functions.hpp"
#include "engine/type_names.hpp"

#include <duckdb/common/types/timestamp.hpp>
#include <duckdb/execution/expression_executor_state.hpp>
#include <duckdb/function/scalar_function.hpp>
#include <duckdb/transaction/meta_transaction.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace smew::engine {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::FunctionStability;
using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::Value;
using duckdb::Vector;

using Fact = Value (*)(duckdb::ClientContext& context);

// A function without arguments. `stability`: whether an execution may keep an earlier one's answer.
template <Fact fact>
ScalarFunctionSet answering(LogicalType type, FunctionStability stability) {
    ScalarFunction function({}, type, [type](DataChunk&, ExpressionState& state, Vector& result) {
        result.Reference(fact(state.GetContext()).DefaultCastAs(type));
    });
    function.SetStability(stability);
    ScalarFunctionSet set;
    set.AddFunction(std::move(function));
    return set;
}

template <Fact fact>
ScalarFunctionSet lasting(const LogicalType& type) {
    return answering<fact>(type, FunctionStability::CONSISTENT);
}
// May change between two executions of one plan.
template <Fact fact>
ScalarFunctionSet current(const LogicalType& type) {
    return answering<fact>(type, FunctionStability::CONSISTENT_WITHIN_QUERY);
}

Value user(duckdb::ClientContext& context) {
    return Value(facts_of(context).identity().user);
}
Value database(duckdb::ClientContext& context) {
    return Value(facts_of(context).identity().database);
}
Value backend_pid(duckdb::ClientContext& context) {
    return Value::INTEGER(facts_of(context).identity().backend_pid);
}
Value version(duckdb::ClientContext& context) {
    return Value(facts_of(context).version());
}
Value client_address(duckdb::ClientContext& context) {
    const std::string& address = facts_of(context).identity().client_address;
    return address.empty() ? Value(LogicalType::VARCHAR) : Value(address);
}
Value client_port(duckdb::ClientContext& context) {
    const auto& identity = facts_of(context).identity();
    return identity.client_address.empty() ? Value(LogicalType::INTEGER) : Value::INTEGER(identity.client_port);
}
// A worker has its clients' sockets from the gateway and does not know where they were accepted.
Value nothing(duckdb::ClientContext&) {
    return Value();
}
Value server_start(duckdb::ClientContext& context) {
    return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(facts_of(context).server_start_micros()));
}
Value statement_start(duckdb::ClientContext& context) {
    return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(facts_of(context).statement_start_micros()));
}
Value clock_now(duckdb::ClientContext&) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return Value::TIMESTAMPTZ(
        duckdb::timestamp_tz_t(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}
Value transaction_start(duckdb::ClientContext& context) {
    return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(duckdb::MetaTransaction::Get(context).start_timestamp.value));
}
Value query_text(duckdb::ClientContext& context) {
    const auto text = session_of(context)->running_text;
    return text ? Value(text->written()) : Value(LogicalType::VARCHAR);
}
Value not_recovering(duckdb::ClientContext&) {
    return Value::BOOLEAN(false);
}

// DuckDB's schema main is public to everybody.
Value shown_schema(const std::string& schema) {
    return Value(schema == "main" ? "public" : schema);
}

Value first_schema(duckdb::ClientContext& context) {
    const auto& path = session_of(context)->search_path;
    return path.empty() ? Value(LogicalType::VARCHAR) : shown_schema(path.front());
}

// current_schemas(include_implicit)
void list_schemas(DataChunk& input, ExpressionState& state, Vector& result) {
    const auto& path = session_of(state.GetContext())->search_path;
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        duckdb::vector<Value> names;
        if (input.GetValue(0, row).GetValue<bool>()) names.emplace_back("pg_catalog");
        for (const std::string& schema : path) names.push_back(shown_schema(schema));
        result.SetValue(row, Value::LIST(LogicalType::VARCHAR, std::move(names)));
    }
}

ScalarFunctionSet current_schemas() {
    ScalarFunction function({LogicalType::BOOLEAN}, LogicalType::LIST(LogicalType::VARCHAR), list_schemas);
    function.SetStability(FunctionStability::CONSISTENT_WITHIN_QUERY);
    ScalarFunctionSet set;
    set.AddFunction(std::move(function));
    return set;
}

// in_search_path(database, schema), by which DuckDB's SHOW TABLES picks from duckdb_tables().
void find_in_path(DataChunk& input, ExpressionState& state, Vector& result) {
    const auto session = session_of(state.GetContext());
    const auto& path = session->search_path;
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        const std::string database = input.GetValue(0, row).ToString(), schema = input.GetValue(1, row).ToString();
        const bool own = database == session->facts().identity().database;
        const bool found = std::ranges::find(path, schema == "public" ? "main" : schema) != path.end();
        result.SetValue(row, Value::BOOLEAN(database == TEMP_CATALOG || (own && found)));
    }
}

ScalarFunctionSet in_search_path() {
    ScalarFunction function({LogicalType::VARCHAR, LogicalType::VARCHAR}, LogicalType::BOOLEAN, find_in_path);
    function.SetStability(FunctionStability::CONSISTENT_WITHIN_QUERY);
    ScalarFunctionSet set;
    set.AddFunction(std::move(function));
    return set;
}

// ---- settings

[[noreturn]] void unknown_setting(const std::string& name) {
    throw_through_duckdb({sqlstate::kUndefinedObject, "unrecognized configuration parameter \"" + name + "\""});
}

// current_setting(name [, missing_ok])
void read_setting(DataChunk& input, ExpressionState& state, Vector& result) {
    const SessionFacts& facts = facts_of(state.GetContext());
    // The name is most often one for all rows, as in a view that shows each user their own.
    const bool once = input.AllConstant();
    if (once) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
    for (duckdb::idx_t row = 0; row < (once ? 1 : input.size()); ++row) {
        const Value name = input.GetValue(0, row);
        const Value missing_ok = input.ColumnCount() == 2 ? input.GetValue(1, row) : Value::BOOLEAN(false);
        const auto value = name.IsNull() || missing_ok.IsNull() ? std::nullopt : facts.setting(name.ToString());
        const bool fails = !name.IsNull() && !missing_ok.IsNull() && !missing_ok.GetValue<bool>();
        if (!value && fails) unknown_setting(name.ToString());
        result.SetValue(row, value ? Value(*value) : Value(LogicalType::VARCHAR));
    }
}

ScalarFunctionSet current_setting() {
    ScalarFunctionSet set;
    for (const auto& arguments : {duckdb::vector<LogicalType>{LogicalType::VARCHAR},
                                  duckdb::vector<LogicalType>{LogicalType::VARCHAR, LogicalType::BOOLEAN}}) {
        ScalarFunction function(arguments, LogicalType::VARCHAR, read_setting);
        function.SetStability(FunctionStability::VOLATILE);
        set.AddFunction(std::move(function));
    }
    return set;
}

// set_config(name, value, is_local): NULL as the value resets it, which the session does with DEFAULT.
void change_setting(DataChunk& input, ExpressionState& state, Vector& result) {
    SessionFacts& facts = facts_of(state.GetContext());
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        const Value name = input.GetValue(0, row), value = input.GetValue(1, row), local = input.GetValue(2, row);
        if (name.IsNull()) throw_through_duckdb({Sqlstate("22004"), "SET requires parameter name"});
        const auto scope = !local.IsNull() && local.GetValue<bool>() ? SessionFacts::Scope::kTransaction
                                                                     : SessionFacts::Scope::kSession;
        const auto set =
            facts.set_setting(name.ToString(), value.IsNull() ? std::nullopt : std::optional(value.ToString()), scope);
        if (!set) throw_through_duckdb(set.error());
        result.SetValue(row, Value(*set));
    }
}

ScalarFunctionSet set_config() {
    ScalarFunction function({LogicalType::VARCHAR, LogicalType::VARCHAR, LogicalType::BOOLEAN}, LogicalType::VARCHAR,
                            change_setting);
    function.SetStability(FunctionStability::VOLATILE);
    function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    ScalarFunctionSet set;
    set.AddFunction(std::move(function));
    return set;
}

constexpr std::array kFunctions = {
    NativeFunction{"current_user", [] { return lasting<user>(name_type()); }},
    NativeFunction{"session_user", [] { return lasting<user>(name_type()); }},
    NativeFunction{"user", [] { return lasting<user>(name_type()); }},
    NativeFunction{"current_role", [] { return lasting<user>(name_type()); }},
    NativeFunction{"current_database", [] { return lasting<database>(name_type()); }},
    NativeFunction{"current_catalog", [] { return lasting<database>(name_type()); }},
    NativeFunction{"version", [] { return lasting<version>(LogicalType::VARCHAR); }},
    NativeFunction{"pg_backend_pid", [] { return lasting<backend_pid>(LogicalType::INTEGER); }},
    NativeFunction{"inet_client_addr", [] { return lasting<client_address>(aliased_type("inet")); }},
    NativeFunction{"inet_client_port", [] { return lasting<client_port>(LogicalType::INTEGER); }},
    NativeFunction{"inet_server_addr", [] { return lasting<nothing>(aliased_type("inet")); }},
    NativeFunction{"inet_server_port", [] { return lasting<nothing>(LogicalType::INTEGER); }},
    NativeFunction{"pg_is_in_recovery", [] { return lasting<not_recovering>(LogicalType::BOOLEAN); }},
    NativeFunction{"pg_postmaster_start_time", [] { return lasting<server_start>(LogicalType::TIMESTAMP_TZ); }, false},
    NativeFunction{"pg_conf_load_time", [] { return lasting<server_start>(LogicalType::TIMESTAMP_TZ); }, false},
    NativeFunction{"statement_timestamp", [] { return current<statement_start>(LogicalType::TIMESTAMP_TZ); }, false},
    NativeFunction{"transaction_timestamp", [] { return current<transaction_start>(LogicalType::TIMESTAMP_TZ); },
                   false},
    NativeFunction{"clock_timestamp",
                   [] { return answering<clock_now>(LogicalType::TIMESTAMP_TZ, FunctionStability::VOLATILE); }, false},
    NativeFunction{"current_query", [] { return current<query_text>(LogicalType::VARCHAR); }, false},
    NativeFunction{"current_schema", [] { return current<first_schema>(name_type()); }, false},
    NativeFunction{"current_schemas", current_schemas, false},
    NativeFunction{"in_search_path", in_search_path, false},
    NativeFunction{"current_setting", current_setting, false},
    NativeFunction{"set_config", set_config, false},
};

}  // namespace

std::span<const NativeFunction> session_functions() {
    return kFunctions;
}

}  // namespace smew::engine
