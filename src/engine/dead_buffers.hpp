#pragma once
// What DuckDB remembers of temporary buffers that are gone. A buffer that is let go of enters a queue for eviction; the
// entry keeps the block of memory that described the buffer (BlockMemory, about 300 bytes) until the queue is looked
// through, and DuckDB (1.5.5) begins to look through a queue at 32,768 entries. There are seven queues of temporary
// buffers: short joins and aggregations, 10 to 60 buffers each, leave up to 80 MB behind that no limit counts.
// https://github.com/duckdb/duckdb/blob/v1.5.5/src/storage/buffer/buffer_pool.cpp

namespace duckdb {
class DatabaseInstance;
}

namespace smew::engine {

// Looks through the queues of temporary buffers once and frees the entries of dead ones. From any thread; about 100 ns
// an entry.
void forget_dead_buffers(duckdb::DatabaseInstance& database);

}  // namespace smew::engine
