#pragma once
// Types of parameters as casts on the parse tree: $1 becomes CAST($1 AS INTEGER), so that the plan knows the type and
// an execution with a value of it needs no new plan. Internal to engine/.

#include "core/error.hpp"

#include <duckdb/common/types.hpp>
#include <duckdb/parser/sql_statement.hpp>

#include <cstddef>
#include <optional>

namespace smew::engine {

// The number of "$7"; nullopt for parameters with a name.
std::optional<std::size_t> parameter_number(const std::string& identifier);
// The highest number among a statement's parameters. Error 0A000 for parameters with a name, 42P02 for a number too
// high.
Result<std::size_t> count_parameters(const duckdb::SQLStatement& statement);
// types[n - 1] for $n; UNKNOWN leaves the parameter as it is.
void cast_parameters(duckdb::SQLStatement& statement, const duckdb::vector<duckdb::LogicalType>& types);

}  // namespace smew::engine
