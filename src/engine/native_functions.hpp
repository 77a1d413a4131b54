#pragma once
// Functions of PostgreSQL that need more than SQL: DuckDB scalar functions, each made when it is first named. What SQL
// can express is a macro of pgcatalog/. Internal to engine/.

#include "engine/session_state.hpp"

#include <duckdb/function/function_set.hpp>
#include <duckdb/main/database.hpp>

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

namespace smew::engine {

struct NativeFunction {
    std::string_view name;
    duckdb::ScalarFunctionSet (*make)();
    // The result depends on the arguments and on what never changes in a session.
    bool pure = true;
    // Stands beside the overloads DuckDB has of the name, not in their place.
    bool extends = false;
};

// nullptr when there is none of that name, in lower case.
const NativeFunction* find_native_function(std::string_view name);
std::span<const NativeFunction* const> native_functions();

// Puts those whose name DuckDB gives to a function of its own in its place. The others are made by the generator of
// schema pg_catalog (builtin_catalog.cpp).
void replace_duckdb_functions(duckdb::DatabaseInstance& database);

// ---- the groups, each in a file of its own
std::span<const NativeFunction> formatting_functions();
std::span<const NativeFunction> session_functions();
std::span<const NativeFunction> text_functions();
std::span<const NativeFunction> type_functions();

// ---- for their bodies
// A name with one overload.
inline duckdb::ScalarFunctionSet one(duckdb::ScalarFunction function) {
    duckdb::ScalarFunctionSet set;
    set.AddFunction(std::move(function));
    return set;
}
// Fails with an internal error outside a session.
duckdb::shared_ptr<SessionState> session_of(duckdb::ClientContext& context);
inline SessionFacts& facts_of(duckdb::ClientContext& context) {
    return session_of(context)->facts();
}

}  // namespace smew::engine
