#pragma once
// The DuckDB instance of one load job: in memory, with the job's files attached, and shut off from everything else.
// One thread uses it; the cancel flag may be set by any thread.

#include "core/error.hpp"
#include "engine/loader.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duckdb {
class Connection;
class ErrorData;
}  // namespace duckdb

namespace smew::engine::loader {

enum class AttachMode : std::uint8_t {
    kReadOnly,
    kExtend,       // an existing file, for writing
    kCreate,       // a new file
    kCreateSmall,  // a new file with blocks of 16 KiB: 45 KB for a small table instead of 540 KB
};

struct NamedType {
    std::string name;
    std::string type;  // DuckDB's text
};

using Row = std::vector<std::optional<std::string>>;

class JobDatabase {
public:
    // `files`: all that the job may touch. After open() no other file can be reached and no setting changed.
    // `cancel` outlives it: while it is true, what runs is interrupted and every call gives 57014.
    static Result<std::unique_ptr<JobDatabase>> open(std::vector<std::string> files, const LoaderLimits& limits,
                                                     const std::atomic<bool>& cancel);
    virtual ~JobDatabase() = default;

    virtual Result<void> attach(std::string_view name, const std::string& file, AttachMode mode) = 0;
    // Runs one statement; how many rows it changed or copied.
    virtual Result<std::uint64_t> run(const std::string& sql) = 0;
    // Runs one query whose result is small; values as DuckDB's text.
    virtual Result<std::vector<Row>> query(const std::string& sql) = 0;
    // The columns a query would give; nothing is run.
    virtual Result<std::vector<NamedType>> describe(const std::string& sql) = 0;

    // For the parts of the loader that need DuckDB's own types.
    virtual duckdb::Connection& native() = 0;
    // An exception of DuckDB's, without the paths of files in its text. 57014 when the job was cancelled.
    virtual Error to_error(const std::exception& thrown) const = 0;
    virtual Error to_error(const duckdb::ErrorData& failed) const = 0;
};

}  // namespace smew::engine::loader
