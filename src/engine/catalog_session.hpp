#pragma once
// Table functions of what the session has made for itself. Internal to engine/.

#include <duckdb/function/table_function.hpp>

namespace smew::engine {

duckdb::TableFunction catalog_prepared_statements();
duckdb::TableFunction catalog_cursors();

}  // namespace smew::engine
