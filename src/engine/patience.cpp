#include "engine/patience.hpp"

#include <duckdb/main/materialized_query_result.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace smew::engine {
namespace {

using std::chrono::microseconds;
using Clock = std::chrono::steady_clock;

// As long as a wake-up takes it is quicker to ask again; after that a pause of an eighth of the time waited so far
// adds that much to a statement at most.
constexpr microseconds kAskAgain{20};
constexpr microseconds kLongestPause{1000};
constexpr int kShare = 8;

class Pause {
public:
    void worked() { since_ = {}; }
    void wait() {
        const Clock::time_point now = Clock::now();
        if (since_ == Clock::time_point()) since_ = now;
        const auto waited = std::chrono::duration_cast<microseconds>(now - since_);
        if (waited < kAskAgain) return;
        std::this_thread::sleep_for(std::min(waited / kShare, kLongestPause));
    }

private:
    Clock::time_point since_;  // when there was no task for the first time
};

}  // namespace

duckdb::unique_ptr<duckdb::QueryResult> execute_patiently(duckdb::PendingQueryResult& pending) {
    Pause pause;
    for (;;) {
        const auto state = pending.ExecuteTask();
        if (state == duckdb::PendingExecutionResult::EXECUTION_ERROR)
            return duckdb::make_uniq<duckdb::MaterializedQueryResult>(pending.GetErrorObject());
        if (duckdb::PendingQueryResult::IsResultReady(state)) return pending.Execute();
        if (state == duckdb::PendingExecutionResult::NO_TASKS_AVAILABLE) {
            pause.wait();
            continue;
        }
        pause.worked();
        if (state == duckdb::PendingExecutionResult::BLOCKED) pending.WaitForTask();
    }
}

}  // namespace smew::engine
