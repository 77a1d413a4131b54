#pragma once
// smew_backends(), which pg_stat_activity reads. Internal to engine/.

#include <duckdb/function/table_function.hpp>

namespace smew::engine {

duckdb::TableFunction catalog_backends();

}  // namespace smew::engine
