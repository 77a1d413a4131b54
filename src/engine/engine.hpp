#pragma once
// The engine: one DuckDB instance behind the gate, and connections that parse, prepare and execute on it.
//
// Threads: an Instance is thread-safe. A Connection and what it made belong to one thread at a time, except
// interrupt(), which any thread may call. Every failure is an Error with a SQLSTATE; no exception and no DuckDB type
// gets out. The order of initialisation and the gate follow the measured facts in docs/adr/ (sandbox).

#include "core/bytes.hpp"
#include "core/cancel.hpp"
#include "core/error.hpp"
#include "engine/project_catalog.hpp"
#include "engine/types.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace smew::engine {

// ---------------------------------------------------------------- names of the project's tables

struct ResolvedTable {
    std::string file;  // DuckDB file of the version, holding main.data
    std::int64_t version_id = 0;
    std::int64_t table_id = 0;  // the same for all its versions
};

// Who knows the project's tables. Called while a statement is bound, from the thread that prepares it; it may block
// (a question to the gateway). Implementations are thread-safe.
class TableResolver {
public:
    virtual ~TableResolver() = default;
    // nullopt: the project has no such table. Also answers the form `in_c_sales_orders.data`.
    virtual Result<std::optional<ResolvedTable>> resolve(std::string_view schema, std::string_view table) = 0;
    // True when `schema` is one of the project's buckets: used to tell "read-only" from "unknown" in errors.
    virtual bool is_project_schema(std::string_view schema) = 0;
    // Everything of the project, for the catalogs. The answer is shared and never changes; it may be of the moment
    // before.
    virtual Result<std::shared_ptr<const ProjectCatalog>> list() = 0;
    // Changes whenever a name may mean another version.
    virtual std::uint64_t generation() const = 0;
};

// ---------------------------------------------------------------- statements

enum class StatementKind : std::uint8_t {
    kSelect,
    kInsert,
    kUpdate,
    kDelete,
    kMerge,
    kExplain,
    kCreateTable,
    kCreateTableAs,
    kCreateView,
    kCreateSchema,
    kCreateSequence,
    kCreateIndex,
    kCreateType,
    kCreateMacro,
    kDropTable,
    kDropView,
    kDropSchema,
    kDropSequence,
    kDropIndex,
    kDropType,
    kDropMacro,
    kAlterTable,
    kAlterView,
    kAlterOther,
    kComment,
    kTruncate,
    kBegin,
    kCommit,
    kRollback,
    kAnalyze,
    kOther,
};

// One parsed statement that has passed the first half of the gate (kinds, targets, names on the parse tree).
class Statement {
public:
    virtual ~Statement() = default;
    virtual StatementKind kind() const = 0;
    // The number of the highest $n in it.
    virtual std::size_t parameter_count() const = 0;
    // True when the same text gives the same rows for ever: a SELECT without tables, parameters and volatile functions.
    virtual bool constant() const = 0;
};

// What a client sent for a parameter. Text is converted to the parameter's type by the engine.
struct Null {};
struct TextValue {
    std::string_view text;
};  // PostgreSQL's text form
struct BlobValue {
    std::string_view bytes;
};
struct DateValue {
    std::int32_t days;
};  // since 1970-01-01
struct TimeValue {
    std::int64_t micros;
};
struct TimestampValue {
    std::int64_t micros;
};  // since 1970-01-01
struct TimestampTzValue {
    std::int64_t micros;
};
struct UuidValue {
    std::array<std::uint8_t, 16> bytes;
};
struct ListValue;
using ParameterValue =
    std::variant<Null, bool, std::int16_t, std::int32_t, std::int64_t, float, double, TextValue, BlobValue, DateValue,
                 TimeValue, TimestampValue, TimestampTzValue, Interval, UuidValue, std::shared_ptr<ListValue>>;
struct ListValue {
    Type element;
    std::vector<ParameterValue> values;
};

// The table a result column is a plain column of, as pg_class.oid and pg_attribute.attnum name it; 0 and 0: of none.
struct ColumnOrigin {
    std::uint32_t table = 0;
    std::int16_t column = 0;
};
// Where the OIDs of pg_class begin: of the workspace's own objects, to which DuckDB's number is added, and of the
// project's tables, to which their id is added.
inline constexpr std::uint32_t kFirstObjectOid = 16'384;
inline constexpr std::uint32_t kFirstProjectTableOid = 0x4000'0000;

struct ResultColumn {
    std::string name;
    Type type;
    ColumnOrigin origin{};
};

class Prepared;

// Rows as they are made; nothing is materialised. Ends the statement when destroyed.
class Cursor {
public:
    virtual ~Cursor() = default;
    // The next rows, nullptr at the end. An error may come after rows were given. After an interrupt it is 57014.
    virtual Result<const Chunk*> next() = 0;
    // For statements that give no rows: how many rows they changed. Valid once next() gave nullptr.
    virtual std::uint64_t rows_affected() const = 0;
};

class Prepared {
public:
    virtual ~Prepared() = default;
    virtual StatementKind kind() const = 0;
    virtual bool constant() const = 0;
    // True when the client is to get a RowDescription: SELECT, EXPLAIN, … RETURNING.
    virtual bool returns_rows() const = 0;
    virtual const std::vector<ResultColumn>& columns() const = 0;
    virtual const std::vector<Type>& parameter_types() const = 0;  // kUnknown where nothing tells
    // True of a change that would come out the same if it were made again from the same state: it calls nothing that
    // is volatile or depends on the time, and its rows do not depend on their order.
    virtual bool repeatable() const = 0;
    // Runs it. One cursor a connection at a time: starting another ends the first. May be called again and again; binds
    // anew by itself when the catalog or a project table's version changed. An execution whose columns came out
    // different from columns() gives 0A000 "cached plan must not change result type".
    virtual Result<std::unique_ptr<Cursor>> execute(std::span<const ParameterValue> parameters) = 0;
};

// ---------------------------------------------------------------- bulk, in engine/copy.hpp

struct BulkTarget;
class BulkInsert;
struct FileFormat;
class FileStream;

// ---------------------------------------------------------------- connection

// Whose rules hold where PostgreSQL's and DuckDB's differ: 7/2, 1/0, ~, '{1,2}', NULLs in ORDER BY … DESC.
// docs/compatibility.md lists them.
enum class Dialect : std::uint8_t { kPostgres, kDuckDb };

// Who runs statements and under which settings: what current_user, pg_backend_pid(), current_setting() and their like
// answer. The session implements it; the engine asks while it binds and runs the session's statements, on its thread
// or, for constant answers only, on one of DuckDB's.
class SessionFacts {
public:
    struct Identity {
        std::string user;
        std::string database;
        std::int32_t backend_pid = 0;
        std::string client_address;  // empty: no network connection
        std::uint16_t client_port = 0;
    };
    // As pg_settings tells it.
    struct SettingRow {
        std::string name, value, description;
        std::string_view type;  // "bool", "integer", "enum", "string"
        std::string_view unit;  // "ms", or empty
        std::string start_value, reset_value;
        std::string minimum, maximum;  // of integers
        std::vector<std::string> choices;
        bool read_only = false;
    };
    enum class Scope : std::uint8_t { kSession, kTransaction };

    virtual ~SessionFacts() = default;
    virtual const Identity& identity() const = 0;
    virtual std::string version() const = 0;                   // as version() tells it
    virtual std::vector<std::string> search_path() const = 0;  // as set, "$user" left out
    // Microseconds since 1970.
    virtual std::int64_t server_start_micros() const = 0;
    virtual std::int64_t statement_start_micros() const = 0;
    // nullopt: there is no such setting.
    virtual std::optional<std::string> setting(std::string_view name) const = 0;
    // set_config(): the value as it then is; nullopt sets it back. Error 42704, 22023 or 55P02.
    virtual Result<std::string> set_setting(std::string_view name, const std::optional<std::string>& value,
                                            Scope scope) = 0;
    virtual std::vector<SettingRow> settings() const = 0;
};

class Connection {
public:
    virtual ~Connection() = default;

    // Splits and parses DuckDB SQL. Error 42601 with position, or what the gate refuses (42501, 0A000, 25006).
    virtual Result<std::vector<std::unique_ptr<Statement>>> parse(std::string_view sql) = 0;
    // Binds and plans; runs nothing but constant folding, so callers hold it under a deadline like an execution.
    // `parameter_types`: PostgreSQL OIDs the client stated, 0 or missing where it did not.
    virtual Result<std::unique_ptr<Prepared>> prepare(std::unique_ptr<Statement> statement,
                                                      std::span<const std::uint32_t> parameter_types) = 0;
    // Rows from outside into a table; COPY FROM. Errors as of an INSERT's prepare().
    virtual Result<std::unique_ptr<BulkInsert>> bulk_insert(const BulkTarget& target) = 0;
    // A query's rows as a file's bytes; COPY TO (FORMAT parquet). Errors as of prepare().
    virtual Result<std::unique_ptr<FileStream>> write_file(std::unique_ptr<Statement> query,
                                                           const FileFormat& format) = 0;
    // For the session's own needs (BEGIN, COMMIT, SET search_path …), not gated, no result.
    virtual Result<void> run_internal(std::string_view sql) = 0;

    virtual bool in_transaction() const = 0;  // an explicit transaction is open
    // The same, and it takes statements: some errors leave nothing but its rollback.
    virtual bool transaction_usable() const = 0;
    // Behind a failed statement that could only read: makes the transaction usable again, of which it changed nothing.
    virtual void restore_after_read() = 0;
    // Rolls the transaction back and begins another that takes it for its own: now() stays what it was.
    virtual Result<void> restart_transaction(bool read_only) = 0;
    // Stops what runs now, from any thread. `reason` decides the error. Without a running statement it does nothing.
    virtual void interrupt(CancelReason reason) = 0;
    // Call before a statement's first prepare and after its last row: what lies between can be interrupted, also when
    // the interrupt arrives between two engine calls.
    virtual void statement_begins() = 0;
    virtual void statement_ends() = 0;

    // current_schema / search_path as PostgreSQL users set it; unknown schemas are allowed, as there.
    virtual Result<void> set_search_path(const std::vector<std::string>& schemas) = 0;
    virtual Result<void> set_time_zone(std::string_view zone) = 0;
    // For statements parsed from now on; what was prepared before is planned anew.
    virtual void set_dialect(Dialect dialect) = 0;
};

struct InstanceOptions {
    std::string database_file;  // ":memory:" for loaders
    std::string temp_dir;
    std::string versions_dir;  // may be attached read-only on first use; empty: none
    Bytes memory_limit;
    Bytes temp_limit;
    std::uint32_t threads = 1;
};

class Instance {
public:
    // Opens, restricts and locks the instance. `resolver` outlives it.
    static Result<std::unique_ptr<Instance>> open(const InstanceOptions& options, TableResolver& resolver);
    virtual ~Instance() = default;

    // `facts` outlives the connection.
    virtual Result<std::unique_ptr<Connection>> connect(SessionFacts& facts) = 0;
    virtual Result<void> checkpoint() = 0;
    virtual Bytes memory_used() const = 0;
    // True after an error that leaves the instance unusable (DuckDB's FATAL): end the worker.
    virtual bool broken() const = 0;
    // Error 53200, and nothing changed, when more than that is in use and cannot be put on disk.
    virtual Result<void> set_memory_limit(Bytes limit) = 0;
    virtual void set_temp_limit(Bytes limit) = 0;
    // Frees what it remembers of buffers that are gone; for every few seconds of work. From any thread.
    virtual void forget_dead_buffers() = 0;
    // The same, and returns to the system all memory that nothing uses; for when nothing runs.
    virtual void give_memory_back() = 0;
    // What of the database's file is not in use: rows of deleted tables, once a checkpoint has passed.
    virtual Bytes free_space() const = 0;
};

// "v1.5.5". Throws at start-up when the library is not the version of the headers.
std::string duckdb_version();

}  // namespace smew::engine
