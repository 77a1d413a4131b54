#pragma once
// DuckDB's profiler around single statements: on for those that may take long, off for the others, and what it noted.
// Internal to engine/.

#include "engine/profiling.hpp"

#include <duckdb/execution/physical_operator.hpp>
#include <duckdb/main/client_context.hpp>

namespace smew::engine {

// Statements of this connection are profiled that may take so long; 0: none.
void want_profiles(duckdb::ClientContext& context, std::chrono::milliseconds slow);
// Around a statement: the next one is profiled, if one that takes `at_worst` is to be. The one before is forgotten.
void profile_next(duckdb::ClientContext& context, std::chrono::microseconds at_worst);
// Until the next statement none is, and what was noted is kept: for COMMIT and its like.
void pause_profiles(duckdb::ClientContext& context);
// Of the statement that ended last; empty when it was not profiled.
Profile profile_of_last(duckdb::ClientContext& context);
// False of plans that read nothing: they are over before their profile would be made.
bool worth_profiling(const duckdb::PhysicalOperator& root);

}  // namespace smew::engine
