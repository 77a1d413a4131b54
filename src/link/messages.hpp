#pragma once
// The channel between the gateway and one of its workers: typed messages over a Unix stream socket. No I/O here.
//
// A frame is [u32 length of the rest][u16 type][payload]. A message that carries a descriptor (marked "fd") is sent
// with it as SCM_RIGHTS on its first byte; the receiver queues descriptors in order and such a message takes the front
// one. The first message of a worker's life is Start; it answers Ready or ends. Both ends are one binary, so
// kLinkVersion only guards against a program file replaced under a running gateway.

#include "core/bytes.hpp"
#include "core/cancel.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "link/query_record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace smew::link {

inline constexpr std::uint32_t kLinkVersion = 5;
inline constexpr std::size_t kHeaderBytes = 6;
inline constexpr std::uint32_t kMaxFrameBytes = 64U << 20;

// ---------------------------------------------------------------- gateway to worker

enum class WorkerKind : std::uint8_t { kWorkspace, kLoader };
enum class Sandbox : std::uint8_t { kRequired, kPreferred, kOff };

// What a workspace may use. All of it may change while its worker runs (SetLimits). 0: no limit, where not said
// otherwise.
struct WorkspaceLimits {
    Bytes memory;  // DuckDB's limit; RLIMIT_DATA is derived from it
    Bytes size;    // of what writable_dir holds beside temp_dir; RLIMIT_FSIZE is derived from it
    Bytes temp;    // of what temp_dir holds
    std::uint32_t max_concurrent_queries = 16;  // at least 1
    std::uint32_t large_query_percent = 75;     // of its memory; 0: statements are not told apart by their plans
    std::uint64_t max_result_rows = 0;          // of one statement
    Bytes max_result_bytes;
    std::uint32_t statement_timeout_ms = 300'000;  // the most a session may set
    std::uint32_t idle_timeout_ms = 3'600'000;
    std::uint32_t idle_in_transaction_timeout_ms = 600'000;
};

// How many statements the worker may run now, as the machine's and the project's limits leave of
// max_concurrent_queries; may be 0. The order's number comes back in TurnsUsed.
struct LendTurns {
    std::uint32_t turns = UINT32_MAX;
    std::uint32_t order = 0;
};

// fd: a memfd of 8 bytes, mapped read-only by the worker: the project's catalog generation (see CatalogGeneration).
struct Start {
    std::uint32_t version = kLinkVersion;
    WorkerKind kind = WorkerKind::kWorkspace;
    ProjectId project;
    WorkspaceId workspace;      // empty for a loader
    std::string database_file;  // workspace: its DuckDB file; loader: empty
    std::string writable_dir;   // workspace: its directory; loader: the project's staging directory
    std::string temp_dir;       // inside writable_dir
    std::string versions_dir;   // the project's table versions, read-only
    std::string files_dir;      // loader: the project's uploaded files, read-only; else empty
    Sandbox sandbox = Sandbox::kPreferred;
    std::uint32_t uid = 0, gid = 0;  // 0: keep
    WorkspaceLimits limits;          // of a loader memory and size only
    LendTurns turns;
    std::uint32_t threads = 1;  // DuckDB threads
    std::uint32_t max_prepared_statements = 1000;
    std::uint64_t max_message_bytes = 256U << 20;
    std::uint32_t kill_grace_ms = 5'000;  // after a statement's deadline: interrupt, wait this long, end the worker
};

// A client that has logged in. fd: its socket (or the worker's end of a socket pair when the gateway relays TLS, and
// for the gateway's internal sessions). The worker answers from AuthenticationOk on.
struct AdoptSession {
    SessionId session;
    std::int32_t backend_pid = 0;
    std::string cancel_key;  // the secret of BackendKeyData
    std::uint16_t protocol_minor = 0;
    std::string user;
    std::string database;  // "workspace_…", as current_database() tells it
    std::string client_address;
    std::uint16_t client_port = 0;
    bool tls = false;
    bool internal = false;                                        // one of the gateway's own: not counted, not listed
    Door door = Door::kPgwire;                                    // with kInternal, not recorded
    bool reads_only = false;                                      // whatever the client sets
    std::vector<std::pair<std::string, std::string>> parameters;  // of the StartupMessage
    std::string read_ahead;                                       // bytes the gateway has already read past the login
};
struct CancelStatement {
    SessionId session;
    CancelReason reason = CancelReason::kUser;
};
struct EndSession {
    SessionId session;
    CancelReason reason = CancelReason::kAdmin;
};
struct EndAllSessions {
    CancelReason reason = CancelReason::kAdmin;
};
struct SetLimits {
    WorkspaceLimits limits;
};
// Asks for what the sessions are doing; answered by SessionsListed.
struct ListSessions {
    std::uint64_t request = 0;
};

struct TableColumn {
    std::string name;
    std::string type;  // DuckDB's text, as DECIMAL(12,2)
    bool nullable = true;
    std::string description;
};
struct CatalogTable {
    std::string schema;  // "in_c_sales"
    std::string name;    // "orders"
    std::string file;    // the current version's file; empty for a table that was never loaded is never sent: creating
                         // makes version 1
    std::int64_t table_id = 0;
    std::int64_t version_id = 0;
    std::int64_t row_count = 0;
    std::string description;
    std::vector<TableColumn> columns;
    std::vector<std::string> primary_key;
};
// Answer to ResolveTable: `table` is empty when the project has no such table.
struct TableResolved {
    std::uint64_t request = 0;
    std::uint64_t generation = 0;
    std::optional<CatalogTable> table;
};
struct CatalogSchema {
    std::string name;  // "in_c_sales"
    std::int64_t schema_id = 0;
    std::string description;
};
// Answer to ListCatalog: every bucket (also empty ones) and table.
struct CatalogListed {
    std::uint64_t request = 0;
    std::uint64_t generation = 0;
    std::vector<CatalogSchema> schemas;
    std::vector<CatalogTable> tables;
};

enum class FileFormat : std::uint8_t { kCsv, kParquet, kNdjson };
enum class FileCompression : std::uint8_t {
    kNone,
    kGzip,
    kZstd
};  // of CSV and NDJSON bodies; Parquet: of its pages on export
struct CsvOptions {
    std::string delimiter = ",";
    std::string quote = "\"";
    std::string escape = "\"";
    bool header = true;
    std::string null_string;
    std::string date_format, timestamp_format;  // empty: DuckDB's guess
};
enum class ImportMode : std::uint8_t { kReplace, kAppend, kUpsert };
struct ColumnSpec {
    std::string name;
    std::string type;
    bool nullable = true;
    std::string default_expression;  // SQL; empty: none
};
// Makes a new version file out of a source file and, for append and upsert, the current version.
struct ImportJob {
    std::string source_file;
    FileFormat format = FileFormat::kCsv;
    FileCompression compression = FileCompression::kNone;
    CsvOptions csv;
    ImportMode mode = ImportMode::kReplace;
    std::vector<ColumnSpec> columns;  // of the table; empty: it is new, infer from the file
    std::vector<std::string> primary_key;
    std::string base_file;           // current version; empty for a new table
    std::string output_file;         // does not exist yet
    std::uint64_t max_rejected = 0;  // rows that may be left out before the import fails
};
// Makes a new version out of the current one, or an empty first one: create, add/drop/alter column, primary key, delete
// rows.
struct RewriteJob {
    struct Column {
        ColumnSpec spec;
        std::string source;  // SQL expression over the old columns; empty: the default, or NULL
    };
    std::string base_file;  // empty: make an empty table
    std::vector<Column> columns;
    std::vector<std::string> primary_key;
    std::string delete_where;  // SQL; empty: keep all rows
    std::string output_file;
};
struct ExportJob {
    std::string table_file;
    std::string output_file;  // a regular file in writable_dir
    FileFormat format = FileFormat::kCsv;
    FileCompression compression = FileCompression::kNone;
    CsvOptions csv;
    std::vector<std::string> columns;  // empty: all
    std::string where;
    std::optional<std::uint64_t> limit;
};
struct PreviewJob {
    std::string table_file;
    std::vector<std::string> columns;
    std::uint64_t limit = 1000;
};
using LoadJob = std::variant<ImportJob, RewriteJob, ExportJob, PreviewJob>;
struct RunJob {
    std::uint64_t job = 0;
    std::uint32_t timeout_ms = 3'600'000;
    LoadJob work;
};

// Takes a profile of the worker's CPU time; answered by ProfileTaken. One at a time.
struct TakeProfile {
    std::uint64_t request = 0;
    std::uint32_t hertz = 101;
    std::uint32_t duration_ms = 0;
};

// Has the worker's engine answer a statement; answered by EngineChecked. One at a time: more are not answered.
struct CheckEngine {
    std::uint64_t request = 0;
};

struct Shutdown {
    std::uint32_t grace_ms = 5'000;
    CancelReason reason = CancelReason::kShutdown;
};

// ---------------------------------------------------------------- worker to gateway

struct Ready {
    std::uint32_t version = kLinkVersion;
    std::string duckdb_version;
    std::string sandbox;
};
struct StartFailed {
    Error error;
};
struct ResolveTable {
    std::uint64_t request = 0;
    std::string schema, name;
};
struct ListCatalog {
    std::uint64_t request = 0;
};

struct SessionClosed {
    SessionId session;
    std::uint64_t statements = 0, bytes_sent = 0;
};

struct RejectedRow {
    std::uint64_t line = 0;
    std::string column, message;
};
struct JobOutcome {
    std::uint64_t rows = 0;        // imported, exported, deleted or previewed
    std::uint64_t table_rows = 0;  // of the new version
    std::uint64_t file_bytes = 0;
    std::vector<ColumnSpec> columns;  // of the new version
    std::uint64_t rejected_rows = 0;
    std::vector<RejectedRow> rejected;  // the first 100
    std::string preview_json;  // PreviewJob: {"columns":[…],"rows":[{…}],"total_row_count","preview_row_count"}
};
struct JobDone {
    std::uint64_t job = 0;
    std::optional<Error> error;
    JobOutcome outcome;
};

// Every second while something changed, and once at the end.
struct Stats {
    std::uint32_t sessions = 0, running = 0;
    std::uint64_t queries_success = 0, queries_error = 0, queries_timeout = 0,
                  queries_cancelled = 0;          // since the last one
    std::vector<std::uint64_t> duration_buckets;  // counts since the last one, for kDurationBounds and above
    std::uint64_t duration_total_us = 0;
    std::uint64_t bytes_sent = 0;  // since the last one
    std::uint64_t rows_sent = 0;   // likewise
    std::uint64_t memory_bytes = 0, disk_bytes = 0, temp_bytes = 0;
    Bytes memory_limit;               // in force: a lower one is not taken while more than that is in use
    std::uint32_t waiting_large = 0;  // statements that wait for memory
};
// How many of its turns a worker's statements have taken, and how many wait for one: after each LendTurns, with each
// Stats, and at once when the first begins to wait or one ends that ran beyond a limit that was lowered.
struct TurnsUsed {
    std::uint32_t order = 0;  // the last that it took
    std::uint32_t taken = 0, waiting = 0;
};
// So many query records wait in the memory for them (record_ring.hpp) that the gateway is to look now. It looks every
// 200 ms anyway, and when a session closes.
struct RecordsWaiting {
    std::uint64_t bytes = 0;
};
struct SessionsListed {
    std::uint64_t request = 0;
    std::vector<SessionActivity> sessions;
};
struct ProfileTaken {
    std::uint64_t request = 0;
    std::optional<Error> error;
    std::string samples;  // as stacks/cpu_profile.hpp writes them
};
struct EngineChecked {
    std::uint64_t request = 0;
    std::optional<Error> error;
    std::uint64_t taken_us = 0;
};
// The last words of a worker that ends itself, so that the gateway can tell the log why.
struct Ending {
    std::string reason;
    SessionId session;
};

using Message =
    std::variant<Start, AdoptSession, CancelStatement, EndSession, EndAllSessions, SetLimits, TableResolved,
                 CatalogListed, RunJob, Shutdown, Ready, StartFailed, ResolveTable, ListCatalog, SessionClosed, JobDone,
                 Stats, Ending, SetObservation, ListSessions, RecordsWaiting, SessionsListed, TakeProfile, ProfileTaken,
                 CheckEngine, EngineChecked, LendTurns, TurnsUsed>;

// True when the message is sent with a descriptor: Start and AdoptSession.
bool carries_fd(const Message& message);

// Appends the whole frame.
void encode(std::vector<std::uint8_t>& out, const Message& message);

// Takes one frame from the front of `input`: nullopt when more bytes are needed (input untouched), XX000 when
// malformed.
Result<std::optional<Message>> decode(ByteSpan& input);

}  // namespace smew::link
