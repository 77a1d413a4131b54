#pragma once
// Which of DuckDB's built-in functions a workspace may use. Internal to engine/.
//
// Table functions, pragmas and COPY formats: what is not allowed is refused. Scalar functions: a list of what is
// refused; function_policy_test holds the whole set of 1.5.5 against a reviewed list, so that an update cannot bring a
// new one unseen. Refused functions stay in the catalog with a body that fails when bound: that costs microseconds
// where dropping an entry costs a millisecond, and the error can tell what to do instead.

#include <duckdb/main/database.hpp>

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

namespace smew::engine {

// Table functions of a workspace. Load jobs add the readers of files.
std::span<const std::string_view> workspace_table_functions();
bool is_workspace_table_function(std::string_view name);

// Refuses every other table function, all pragma functions, all COPY formats unless `copy_formats`, and the dangerous
// scalar functions. Call once, before any connection runs SQL of strangers.
void restrict_functions(duckdb::DatabaseInstance& database, std::span<const std::string_view> table_functions,
                        bool copy_formats = false);

// Scalar functions whose result depends on nothing but their arguments, in lower case.
std::unordered_set<std::string> pure_functions(duckdb::DatabaseInstance& database);

std::span<const std::string_view> refused_scalar_functions();

}  // namespace smew::engine
