#pragma once
// The cursor over one running statement. Internal to engine/.

#include "engine/column_views.hpp"
#include "engine/engine.hpp"
#include "engine/helper_threads.hpp"
#include "engine/session_state.hpp"
#include "engine/source_text.hpp"

#include <duckdb/main/query_result.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace smew::engine {

// How a statement's last execution went. Outlives what executes it and what reads it.
class Pace {
public:
    void start() { started_ = std::chrono::steady_clock::now(); }
    void end() { slow_ = std::chrono::steady_clock::now() - started_ > kSlow; }
    // The next execution is worth a profile, however little its plan reads.
    bool was_slow() const { return slow_; }

private:
    static constexpr std::chrono::milliseconds kSlow{10};
    std::chrono::steady_clock::time_point started_;
    bool slow_ = false;
};

class StreamCursor final : public Cursor {
public:
    struct Source {
        duckdb::shared_ptr<duckdb::ClientContext> context;
        duckdb::shared_ptr<SessionState> session;
        duckdb::unique_ptr<duckdb::QueryResult> result;
        std::shared_ptr<const std::vector<Type>> types;
        std::shared_ptr<const SourceText> sql;
        std::shared_ptr<Pace> pace;
        HelperThreads::Help help;  // until the last row, as what follows
        std::shared_ptr<void> memory;
        bool returns_rows = false;
    };
    explicit StreamCursor(Source source);
    // Ends the statement if it still runs; a transaction of its own is rolled back.
    ~StreamCursor() override;

    Result<const Chunk*> next() override;
    std::uint64_t rows_affected() const override { return rows_affected_; }

private:
    Result<const Chunk*> advance();
    Result<const Chunk*> fetch();
    Result<const Chunk*> finish();
    Error failure();
    bool runs() const;
    void cancel();
    void release();

    Source source_;
    ChunkViews views_;
    std::uint64_t rows_affected_ = 0;
    bool done_ = false;
};

}  // namespace smew::engine
