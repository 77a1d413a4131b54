#pragma once
// Opening and locking a DuckDB instance for SQL that strangers write. Internal to engine/: workspaces and load jobs
// share it.
//
// The order matters (measured, docs/adr/): open; settings; LOAD and ATTACH whatever needs external access; hooks;
// restrict_functions(); lock(). After lock() no setting can be changed and no file outside `readable_dirs` (and the
// instance's own files) can be opened.

#include "core/bytes.hpp"
#include "core/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace duckdb {
class Connection;
class DuckDB;
}  // namespace duckdb

namespace smew::engine {

class CommitLog;

struct OpenOptions {
    std::string database_file;               // ":memory:" for none
    std::string temp_dir;                    // empty: no spilling
    std::vector<std::string> readable_dirs;  // files in them stay open to the instance after lock()
    Bytes memory_limit;                      // 0: DuckDB's default
    Bytes temp_limit;                        // 0: DuckDB's default
    std::uint32_t threads = 1;
    // DuckDB starts no threads: a statement runs on its caller's, and HelperThreads join where it pays.
    bool own_threads = false;
    std::shared_ptr<CommitLog> commits;  // nullptr: each commit synchronizes the log for itself
};

// Opens the file (making it if it does not exist) and sets everything that does not depend on lock().
Result<std::unique_ptr<duckdb::DuckDB>> open_duckdb(const OpenOptions& options);
// enable_external_access=false and lock_configuration=true.
Result<void> lock_duckdb(duckdb::DuckDB& database);
// Runs SQL of our own that gives no rows. Not gated.
Result<void> run_sql(duckdb::Connection& connection, const std::string& sql);
// 'text' as an SQL string literal.
std::string sql_literal(std::string_view text);
// "name" as an SQL identifier.
std::string sql_identifier(std::string_view name);

}  // namespace smew::engine
