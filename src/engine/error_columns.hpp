#pragma once
// Errors about columns that are not there, in PostgreSQL's words.

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace smew::engine {

// 42703, or 0A000 for PostgreSQL's system columns: tableoid, ctid, …
Error missing_column(std::string_view name, std::string hint = {});
// The name in DuckDB's «Table "t" does not have a column named "x"»; empty when the message is another.
std::string_view column_not_had(std::string_view message);

}  // namespace smew::engine
