#pragma once
// The gate for SQL that callers put into load jobs. A text is parsed by DuckDB and must be exactly one scalar
// expression (or one type): no subquery, no aggregate, window, star or parameter, no function outside an instance's
// harmless scalar ones. What goes on is not the caller's text but the parse tree written out again, so comments,
// stacked statements and unbalanced brackets have nothing to hide in.

#include "core/error.hpp"
#include "engine/loader_database.hpp"

#include <span>
#include <string>
#include <string_view>

namespace smew::engine::loader {

// `columns`: the only names it may use. `what` names the text in errors: "where", "default of column \"a\"".
// Errors: 42601 not one expression, 42501 not allowed, 42703 unknown column, 42803 aggregate, 42883 unknown function.
Result<std::string> checked_expression(JobDatabase& database, std::string_view what, const std::string& text,
                                       std::span<const std::string> columns);

// A type as DuckDB writes it: "numeric(12, 2)" gives DECIMAL(12,2). Errors: 42601, 42704 (unknown type), 42501.
Result<std::string> checked_type(JobDatabase& database, const std::string& text);

}  // namespace smew::engine::loader
