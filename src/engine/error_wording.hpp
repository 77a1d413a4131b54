#pragma once
// What kind of mistake a DuckDB error tells of, and how PostgreSQL words it. Internal to engine/.

#include "core/error.hpp"

#include <duckdb/common/error_data.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace smew::engine {

// Code, message and hint for an error that is neither smew's own nor an interrupt. `message` is DuckDB's, without its
// prefix and the quoted line.
Error worded(const duckdb::ErrorData& error, std::string_view message);

// For errors of conversion and overflow that PostgreSQL words otherwise; nullopt for all others.
std::optional<Error> worded_conversion(duckdb::ExceptionType type, Sqlstate code, std::string_view message);

// For violated constraints.
Error worded_constraint(Sqlstate code, std::string_view message);

}  // namespace smew::engine
