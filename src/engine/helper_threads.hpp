#pragma once
// The threads that help a session's own thread with a large plan. DuckDB's own ones are woken by every task and spin
// for a while afterwards: for statements of some microseconds that costs more than the statement (measured: 120 us a
// statement on a second core). These sleep unless a statement runs that has something to share. Internal to engine/.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace duckdb {
class ClientContext;
class DatabaseInstance;
}  // namespace duckdb

namespace smew::engine {

class HelperThreads {
public:
    // So many besides the one that runs the statement. `database` outlives them.
    HelperThreads(duckdb::DatabaseInstance& database, std::uint32_t count);
    ~HelperThreads();
    HelperThreads(const HelperThreads&) = delete;
    HelperThreads& operator=(const HelperThreads&) = delete;

    // While one of these lives, the threads take tasks. From any thread; movable, may be empty.
    class Help {
    public:
        Help() = default;
        explicit Help(HelperThreads& threads) : threads_(&threads) { threads.begin(); }
        // Of the context's database, where it has some.
        explicit Help(duckdb::ClientContext& context);
        Help(Help&& other) noexcept : threads_(other.threads_) { other.threads_ = nullptr; }
        Help& operator=(Help&& other) noexcept;
        ~Help() { end(); }
        void end();
        bool given() const { return threads_ != nullptr; }

    private:
        HelperThreads* threads_ = nullptr;
    };

private:
    void begin();
    void end();
    void work();

    duckdb::DatabaseInstance& database_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint32_t wanted_ = 0;  // Helps that live
    bool stopping_ = false;
    std::atomic<bool> busy_{false};  // DuckDB's marker: threads go on while it is set
    std::vector<std::jthread> threads_;
};

}  // namespace smew::engine
