#pragma once
// The gate's second half, on the bound plan: here views, macros and names are expanded, so what a statement really
// touches is seen whatever way it was written. Internal to engine/.

#include <duckdb/main/database.hpp>

namespace smew::engine {

// Installs the hooks of an instance. They act on connections that have a SessionState and are gated.
void install_plan_gate(duckdb::DatabaseInstance& database);

}  // namespace smew::engine
