#include "engine/dead_buffers.hpp"

#include <duckdb.hpp>
#include <duckdb/storage/buffer/buffer_pool.hpp>

#include <utility>

namespace duckdb {

// Defined in DuckDB's buffer_pool.cpp alone; of its members, those that its library exports and this file calls.
struct EvictionQueue {
    bool AddToEvictionQueue(BufferEvictionNode&& node);
    bool TryDequeueWithLock(BufferEvictionNode& node);
};

}  // namespace duckdb

namespace smew::engine {
namespace {

constexpr int kMaxLooks = 1 << 18;  // more than a queue holds: DuckDB keeps it below that by itself
constexpr int kEnoughAlive = 4096;

// Names the part of the pool that DuckDB keeps for those who derive from it; there never is an object of it.
class Pool : public duckdb::BufferPool {
public:
    static void look_through(duckdb::BufferPool& pool) {
        constexpr auto kQueues = &Pool::queues;
        const auto& queues = pool.*kQueues;
        // The first is that of blocks of the database file, whose entries keep nothing.
        for (duckdb::idx_t i = BLOCK_AND_EXTERNAL_FILE_QUEUE_SIZE; i < queues.size(); ++i) look_through(*queues[i]);
    }

private:
    // Living entries go to the end, as in DuckDB's own purge. The queue keeps no order between threads, so that only a
    // long row of them means that the dead ones are gone.
    static void look_through(duckdb::EvictionQueue& queue) {
        int alive_in_a_row = 0;
        for (int looks = 0; looks < kMaxLooks && alive_in_a_row < kEnoughAlive; ++looks) {
            duckdb::BufferEvictionNode node;
            if (!queue.TryDequeueWithLock(node)) return;
            const bool alive = node.TryGetBlockMemory() != nullptr;
            alive_in_a_row = alive ? alive_in_a_row + 1 : 0;
            if (alive) queue.AddToEvictionQueue(std::move(node));
        }
    }
};

}  // namespace

void forget_dead_buffers(duckdb::DatabaseInstance& database) {
    Pool::look_through(database.GetBufferPool());
}

}  // namespace smew::engine
