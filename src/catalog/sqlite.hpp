#pragma once
// A thin owner of one SQLite connection: statements prepared once and kept, values bound and read by type, every
// failure an ErrorException with a SQLSTATE. Inside catalog/ only.
//
// A Connection and its Statements belong to one thread at a time (it is opened without SQLite's own locks).

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace smew::catalog {

// Owns what a C library made and destroys it with the library's own function.
template <class H, auto Destroy>
struct CHandleDestroyer {
    void operator()(H* handle) const { Destroy(handle); }
};
template <class H, auto Destroy>
using CHandle = std::unique_ptr<H, CHandleDestroyer<H, Destroy>>;

void close_connection(sqlite3* handle);
void finalize_statement(sqlite3_stmt* handle);
using ConnectionHandle = CHandle<sqlite3, close_connection>;
using StatementHandle = CHandle<sqlite3_stmt, finalize_statement>;

class Connection;

// A prepared statement in use. Reset and given back to its connection's cache when destroyed.
class Statement {
public:
    Statement(Connection& connection, std::string sql, StatementHandle handle);
    Statement(Statement&&) = default;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Parameters ?1, ?2, … in the order of the values.
    template <class... Values>
    void bind_all(const Values&... values) {
        int index = 0;
        (bind(++index, values), ...);
    }

    // True: a row lies ready to be read. False: the statement is done.
    bool step();

    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::uint64_t size(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    // Valid until the next step.
    std::string_view text_view(int column) const;
    std::string text(int column) const { return std::string(text_view(column)); }
    WallTime time(int column) const { return WallTime(std::chrono::microseconds(integer(column))); }
    std::optional<WallTime> optional_time(int column) const;
    std::optional<std::uint64_t> optional_size(int column) const {
        return is_null(column) ? std::nullopt : std::optional(size(column));
    }

private:
    void bind(int index, std::int64_t value);
    void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }
    void bind(int index, std::uint64_t value);  // 22003 above what SQLite can hold
    void bind(int index, Bytes value) { bind(index, value.count); }
    void bind(int index, WallTime value) { bind(index, static_cast<std::int64_t>(value.time_since_epoch().count())); }
    void bind(int index, std::string_view value);
    void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
    void bind(int index, const char* value) { bind(index, std::string_view(value)); }
    void bind_null(int index);
    template <class Tag, class Value>
    void bind(int index, const StrongId<Tag, Value>& id) {
        bind(index, id.value());
    }
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value) return bind(index, *value);
        bind_null(index);
    }

    Connection* connection_;
    std::string sql_;
    StatementHandle handle_;
    std::optional<std::chrono::steady_clock::time_point> begun_;  // of one that is watched (store_watch.hpp)
};

class Connection {
public:
    enum class Access { kReadWrite, kReadOnly };

    // The file exists already. Waits up to five seconds for locks of others.
    Connection(const std::string& file, Access access);

    // A statement with its parameters bound; texts are copied.
    template <class... Values>
    Statement query(std::string sql, const Values&... values) {
        Statement statement = prepare(std::move(sql));
        statement.bind_all(values...);
        return statement;
    }

    // Runs a statement to its end; how many rows it inserted, changed or deleted.
    template <class... Values>
    std::int64_t run(std::string sql, const Values&... values) {
        Statement statement = query(std::move(sql), values...);
        while (statement.step()) {
        }
        return changes();
    }

    // Several statements without parameters, not kept.
    void run_script(const std::string& sql);
    std::int64_t last_insert_id() const;
    bool in_transaction() const;

private:
    friend class Statement;
    Statement prepare(std::string sql);
    void give_back(std::string sql, StatementHandle handle);
    std::int64_t changes() const;

    ConnectionHandle handle_;
    std::unordered_map<std::string, StatementHandle> idle_;  // by their text
};

// BEGIN now, ROLLBACK when destroyed without commit().
class Transaction {
public:
    enum class Mode { kDeferred, kImmediate };
    Transaction(Connection& connection, Mode mode);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

private:
    Connection& connection_;
};

}  // namespace smew::catalog
