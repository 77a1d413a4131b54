#include "engine/cursor.hpp"

#include "engine/courtesy.hpp"
#include "engine/errors.hpp"

#include <duckdb/main/stream_query_result.hpp>

namespace smew::engine {

StreamCursor::StreamCursor(Source source)
    : source_(std::move(source)), views_(*source_.context, source_.result->types, source_.types) {}

StreamCursor::~StreamCursor() {
    if (done_) return;
    if (runs()) cancel();
    release();
}

void StreamCursor::release() {
    source_.help.end();
    source_.pace->end();
    source_.memory.reset();
}

// False when it has ended, or when another statement of the connection took its place.
bool StreamCursor::runs() const {
    auto& result = *source_.result;
    return result.type == duckdb::QueryResultType::STREAM_RESULT && result.Cast<duckdb::StreamQueryResult>().IsOpen();
}

// Without the interrupt DuckDB would run the query's tasks to their end.
void StreamCursor::cancel() {
    try {
        source_.context->Interrupt();
        source_.context->CancelTransaction();
    } catch (const std::exception&) {
        // A rollback that fails leaves the instance invalidated, which Instance::broken() tells.
    }
}

Result<const Chunk*> StreamCursor::next() {
    if (done_) return nullptr;
    auto chunk = advance();
    if (done_) release();
    return chunk;
}

Result<const Chunk*> StreamCursor::advance() {
    const CommitLog::Scope commit(source_.session->commits());
    try {
        // What has run to its end is not stopped any more: it may be committed, and is not to be told as a failure.
        const bool over = source_.result->type != duckdb::QueryResultType::STREAM_RESULT;
        if (!over && source_.session->reason() != CancelReason::kNone) {
            const Error error = error_for(source_.session->reason());
            if (runs()) cancel();
            done_ = true;
            return error;
        }
        const Courtesy courtesy(source_.help.given());
        return source_.returns_rows ? fetch() : finish();
    } catch (const std::exception& exception) {
        done_ = true;
        if (source_.session->reason() != CancelReason::kNone) return error_for(source_.session->reason());
        return source_.sql->error(exception);
    }
}

Result<const Chunk*> StreamCursor::fetch() {
    if (source_.result->type == duckdb::QueryResultType::STREAM_RESULT && !runs()) {
        done_ = true;
        return Error{sqlstate::kInvalidCursorState, "the cursor was closed by another statement of the connection"};
    }
    auto chunk = source_.result->FetchRaw();
    if (chunk && chunk->size() > 0) return &views_.view(std::move(chunk));
    done_ = true;
    if (source_.result->HasError()) return failure();
    return nullptr;
}

// A statement without rows for the client gives one row with a number, or none.
Result<const Chunk*> StreamCursor::finish() {
    // DuckDB calls CREATE TABLE AS a statement that returns nothing, but counts its rows in the same way.
    const bool counts = source_.result->names == duckdb::vector<std::string>{"Count"};
    while (auto chunk = source_.result->FetchRaw()) {
        if (chunk->size() == 0) break;
        if (counts && chunk->ColumnCount() == 1) rows_affected_ += chunk->GetValue(0, 0).GetValue<std::uint64_t>();
    }
    done_ = true;
    if (source_.result->HasError()) return failure();
    return nullptr;
}

Error StreamCursor::failure() {
    const CancelReason reason = source_.session->reason();
    if (reason != CancelReason::kNone) return error_for(reason);
    return source_.sql->error(source_.result->GetErrorObject());
}

}  // namespace smew::engine
