#include "catalog/sqlite.hpp"

#include "catalog/store_watch.hpp"

#include <sqlite3.h>

#include <limits>

namespace smew::catalog {
namespace {

constexpr int kBusyTimeoutMs = 5000;

Sqlstate sqlstate_of(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return sqlstate::kDiskFull;
        case SQLITE_NOMEM:
            return sqlstate::kOutOfMemory;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return sqlstate::kCannotConnectNow;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
            return sqlstate::kIoError;
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return sqlstate::kSystemError;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return sqlstate::kDataCorrupted;
        case SQLITE_CONSTRAINT:
            return sqlstate::kIntegrityConstraintViolation;
        case SQLITE_TOOBIG:
            return sqlstate::kProgramLimitExceeded;
        default:
            return sqlstate::kInternalError;
    }
}

[[noreturn]] void fail(sqlite3* handle, int code) {
    const char* detail = handle != nullptr ? sqlite3_errmsg(handle) : "";
    throw ErrorException({.code = sqlstate_of(code),
                          .message = std::string("the metadata store failed: ") + sqlite3_errstr(code),
                          .detail = detail});
}

void check(sqlite3* handle, int code) {
    if (code != SQLITE_OK) fail(handle, code);
}

// The ends of what only reads: nothing happens there. BEGIN IMMEDIATE and COMMIT may wait, for a lock or the disk.
bool is_bookkeeping(std::string_view sql) {
    return sql == "BEGIN" || sql == "ROLLBACK";
}

}  // namespace

StoreWatcher*& WatchedStore::current() {
    thread_local StoreWatcher* watcher = nullptr;
    return watcher;
}

void close_connection(sqlite3* handle) {
    sqlite3_close_v2(handle);
}
void finalize_statement(sqlite3_stmt* handle) {
    sqlite3_finalize(handle);
}

// ---------------------------------------------------------------- Statement

Statement::Statement(Connection& connection, std::string sql, StatementHandle handle)
    : connection_(&connection), sql_(std::move(sql)), handle_(std::move(handle)) {
    if (WatchedStore::current() != nullptr && !is_bookkeeping(sql_)) begun_ = std::chrono::steady_clock::now();
}

Statement::~Statement() {
    if (!handle_) return;  // moved from
    StoreWatcher* const watcher = WatchedStore::current();
    if (begun_ && watcher != nullptr) {
        const auto taken = std::chrono::steady_clock::now() - *begun_;
        watcher->executed(sql_, std::chrono::duration_cast<std::chrono::microseconds>(taken));
    }
    connection_->give_back(std::move(sql_), std::move(handle_));
}

bool Statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail(connection_->handle_.get(), code);
}

void Statement::bind(int index, std::int64_t value) {
    check(connection_->handle_.get(), sqlite3_bind_int64(handle_.get(), index, value));
}

void Statement::bind(int index, std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        throw ErrorException(
            {.code = sqlstate::kNumericOutOfRange,
             .message = "the number " + std::to_string(value) + " is too large for the metadata store"});
    }
    bind(index, static_cast<std::int64_t>(value));
}

void Statement::bind(int index, std::string_view value) {
    // An empty view may have no pointer, which SQLite would take for NULL.
    const char* text = value.empty() ? "" : value.data();
    check(connection_->handle_.get(),
          sqlite3_bind_text64(handle_.get(), index, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_null(int index) {
    check(connection_->handle_.get(), sqlite3_bind_null(handle_.get(), index));
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string_view Statement::text_view(int column) const {
    const unsigned char* text = sqlite3_column_text(handle_.get(), column);
    if (text == nullptr) return {};
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::optional<WallTime> Statement::optional_time(int column) const {
    if (is_null(column)) return std::nullopt;
    return time(column);
}

// ---------------------------------------------------------------- Connection

Connection::Connection(const std::string& file, Access access) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(opened);
    check(opened, code);
    check(opened, sqlite3_extended_result_codes(opened, 1));
    check(opened, sqlite3_busy_timeout(opened, kBusyTimeoutMs));
    // A schema from a file we did not write must not run functions with side effects.
    check(opened, sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr));
    run_script(
        "PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192;");
    if (access == Access::kReadOnly) run_script("PRAGMA query_only = ON;");
}

Statement Connection::prepare(std::string sql) {
    const auto found = idle_.find(sql);
    if (found != idle_.end() && found->second) return {*this, std::move(sql), std::move(found->second)};
    sqlite3_stmt* made = nullptr;
    check(handle_.get(), sqlite3_prepare_v3(handle_.get(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                            SQLITE_PREPARE_PERSISTENT, &made, nullptr));
    return {*this, std::move(sql), StatementHandle(made)};
}

void Connection::give_back(std::string sql, StatementHandle handle) {
    sqlite3_reset(handle.get());
    sqlite3_clear_bindings(handle.get());  // some are secrets' hashes
    idle_[std::move(sql)] = std::move(handle);
}

void Connection::run_script(const std::string& sql) {
    check(handle_.get(), sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t Connection::changes() const {
    return sqlite3_changes64(handle_.get());
}
std::int64_t Connection::last_insert_id() const {
    return sqlite3_last_insert_rowid(handle_.get());
}
bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(handle_.get()) == 0;
}

// ---------------------------------------------------------------- Transaction

Transaction::Transaction(Connection& connection, Mode mode) : connection_(connection) {
    connection_.run(mode == Mode::kImmediate ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (!connection_.in_transaction()) return;  // committed, or SQLite has rolled it back itself
    try {
        connection_.run("ROLLBACK");
    } catch (const ErrorException&) {  // the connection's next BEGIN tells
    }
}

void Transaction::commit() {
    connection_.run("COMMIT");
}

}  // namespace smew::catalog
