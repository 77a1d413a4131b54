#pragma once
// DuckDB's profiler around single statements: on for those that may take long, off for the others, and what it noted.
// Internal to engine/.

#include "engine/profiling.hpp"

#include <duckdb/execution/physical_operator.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/prepared_statement_data.hpp>

namespace smew::engine {

// Statements of this connection are profiled that may take so long; 0: none.
void want_profiles(duckdb::ClientContext& context, std::chrono::milliseconds slow);
// Around a statement: the next one is profiled, if one that takes `at_worst` is to be. The one before is forgotten.
// False: it is not, but is to have a plan should it be slow all the same.
bool profile_next(duckdb::ClientContext& context, std::chrono::microseconds at_worst);
// What runs now without being profiled.
void note_plan(duckdb::ClientContext& context, const duckdb::shared_ptr<duckdb::PreparedStatementData>& plan);
// Until the next statement none is, and what was noted is kept: for COMMIT and its like.
void pause_profiles(duckdb::ClientContext& context);
// Of the statement that ended last. When it was not profiled, its plan, if that was noted at that time or later.
Profile profile_of_last(duckdb::ClientContext& context, std::chrono::steady_clock::time_point since);
// False of plans that read nothing: they are over before their profile would be made.
bool worth_profiling(const duckdb::PhysicalOperator& root);

}  // namespace smew::engine
