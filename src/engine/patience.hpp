#pragma once
// Waits for the first rows of a statement, or its end, whichever DuckDB gives. Its own loop asks without a pause
// whether there is a task for this thread, too: while helper threads run the last ones (a source only one thread can
// read, the end of a sort) that is a core spent on locking a queue, which the other workspaces of the machine miss.
// Internal to engine/.

#include <duckdb/main/pending_query_result.hpp>

namespace smew::engine {

// As pending.Execute(), which throws and tells errors the same way.
duckdb::unique_ptr<duckdb::QueryResult> execute_patiently(duckdb::PendingQueryResult& pending);

}  // namespace smew::engine
