#pragma once
// Types of parameters as casts on the parse tree: $1 becomes CAST($1 AS INTEGER), so that the plan knows the type and
// an execution with a value of it needs no new plan. Internal to engine/.

#include "core/error.hpp"

#include <duckdb/common/types.hpp>
#include <duckdb/parser/sql_statement.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace smew::engine {

// The number of "$7"; nullopt for parameters with a name.
std::optional<std::size_t> parameter_number(const std::string& identifier);
// The highest number among a statement's parameters. Error 0A000 for parameters with a name, 42P02 for a number too
// high.
Result<std::size_t> count_parameters(const duckdb::SQLStatement& statement);
struct ParameterCasts {
    // The type each parameter has been given; UNKNOWN: none.
    duckdb::vector<duckdb::LogicalType> types;
    // A typed parameter that occurs again gets a number of its own behind the last, since DuckDB plans a statement anew
    // at each execution when a parameter occurs twice. again[i] is the parameter that number count + 1 + i stands for.
    std::vector<std::size_t> again;
};

// Where $n stands in x = ANY($n) and has no type yet: the statement with x = $n in its place, whose plan tells the type
// of the elements. nullptr when there is no such parameter; `numbers` are those that stand so.
duckdb::unique_ptr<duckdb::SQLStatement> with_elements_for_arrays(const duckdb::SQLStatement& statement,
                                                                  const duckdb::vector<duckdb::LogicalType>& types,
                                                                  std::vector<std::size_t>& numbers);

// Gives $n the type types[n - 1], or where that is UNKNOWN the type of the first cast right around it, as PostgreSQL
// does.
ParameterCasts cast_parameters(duckdb::SQLStatement& statement, duckdb::vector<duckdb::LogicalType> types);
// Only types[n - 1], on a statement that went through cast_parameters().
void cast_untyped(duckdb::SQLStatement& statement, const duckdb::vector<duckdb::LogicalType>& types);

}  // namespace smew::engine
