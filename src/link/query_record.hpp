#pragma once
// One record for each statement of each session, however it ended: what audit, query log, slow queries, alerts, traces
// and pages are made of. The session's worker makes it (pgsession/statement_recorder.hpp), leaves it for the gateway
// (link/record_frames.hpp, link/record_ring.hpp), and that completes it and gives it to whoever listens
// (observe/query_feed.hpp). No door has its own kind of it.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smew::link {

// How a client came in. Sessions of the gateway's own (loads, schema listings) are kInternal and are not recorded.
enum class Door : std::uint8_t { kPgwire, kRest, kWebsocket, kConsole, kInternal };
enum class QueryStatus : std::uint8_t { kSuccess, kError, kTimeout, kCancelled };

std::string_view to_text(Door door);           // "pgwire", "rest", "websocket", "console", "internal"
std::string_view to_text(QueryStatus status);  // "success", "error", "timeout", "cancelled"

struct QueryRecord {
    SessionId session;
    std::uint64_t number = 0;  // of the statement in its session, from 1
    std::string user, client_address, application_name;
    Door door = Door::kPgwire;

    std::int64_t started_at_us = 0;  // since 1970, UTC
    std::uint64_t duration_us = 0;   // of a portal that was suspended: of all its executions
    std::uint64_t plan_us = 0;       // of it, to parse, bind and plan; 0 when the plan was kept from before
    std::uint64_t first_row_us = 0;  // until the first row was there; 0: there was none, or all at once
    std::uint64_t queued_us = 0;     // before started_at_us: how long it waited for its turn

    std::uint64_t rows_returned = 0;
    std::uint64_t rows_affected = 0;
    std::uint64_t bytes_returned = 0;  // of the answer to this statement, as sent

    QueryStatus status = QueryStatus::kSuccess;
    Sqlstate sqlstate;        // 00000 for success
    std::string error;        // the message; empty for success
    std::string command_tag;  // "SELECT 3"; empty unless success

    // As the client wrote it, but no longer than the worker was told. Behind the gateway's completion: cut or replaced
    // as query_audit_mode and query_audit_max_length say, never more than that.
    std::string query;
    std::uint64_t query_bytes = 0;  // of the whole text
    std::string traceparent;        // W3C; from the comment /*traceparent='…'*/; empty: none

    // Of a statement that took longer than slow_query_threshold_ms.
    bool slow = false;
    std::string plan;  // DuckDB's profile of this very run, JSON; empty when it was not taken
    std::uint64_t peak_memory_bytes = 0, spilled_bytes = 0;

    // ---- of the gateway: empty on the link
    ProjectId project;
    WorkspaceId workspace;
    std::string query_hash;  // "sha256:…" of the normalised text: the same for statements that differ in literals only
    std::uint64_t shape = 0;  // records with the same one differ in numbers and times only; 0: nothing is known of that
};

// The wire form of one record. Bytes until somebody has the time to read it.
void append_record(std::vector<std::uint8_t>& out, const QueryRecord& record);
// Into an object whose strings keep their memory. False when malformed.
bool read_record(ByteSpan bytes, QueryRecord& record);

// What may be kept of a text: query_audit_mode.
enum class TextMode : std::uint8_t { kFull, kStructure, kHashOnly };

// What a worker is to note. Sent when it starts and whenever it changes.
struct SetObservation {
    bool records = true;                        // of every statement; else of slow and failed ones only
    std::uint32_t max_query_bytes = 64U << 10;  // of a text; what is normalised and hashed is no more either
    std::uint32_t slow_threshold_ms = 1000;     // 0: nothing is slow
    bool slow_plans = true;
    TextMode texts = TextMode::kFull;  // for those who see what another session runs
};

// ---------------------------------------------------------------- sessions, as they are now

enum class SessionState : std::uint8_t { kStarting, kActive, kIdle, kIdleInTransaction, kIdleInFailedTransaction };
std::string_view to_text(SessionState state);  // as pg_stat_activity has them

// What a statement waits for before it runs.
enum class QueryWait : std::uint8_t { kNone, kTurn, kMemory };
std::string_view to_text(QueryWait wait);  // "", "turn", "memory"

struct SessionActivity {
    SessionId session;
    std::int32_t backend_pid = 0;
    SessionState state = SessionState::kStarting;
    std::string application_name;
    std::string query;                                      // that runs, or ran last; its first 1024 bytes
    bool unreadable = false;                                // by the engine: where its literals are is unknown
    std::int64_t query_started_us = 0, state_since_us = 0;  // since 1970; 0: not yet
    std::uint64_t statements = 0, bytes_sent = 0;
    QueryWait waiting_for = QueryWait::kNone;
};

}  // namespace smew::link
