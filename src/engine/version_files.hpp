#pragma once
// The version files of project tables attached to one instance: attached READ_ONLY and hidden on first use, detached
// again when a newer version has replaced them and nothing has used them for a while. Internal to engine/. Thread-safe.

#include "core/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace duckdb {
class ClientContext;
class Connection;
class DuckDB;
}  // namespace duckdb

namespace smew::engine {

// What a name means for one statement.
struct TableVersion {
    std::string schema, table;  // as the project writes them
    std::string file;
    std::int64_t version_id = 0;
    std::int64_t table_id = 0;
    friend bool operator==(const TableVersion&, const TableVersion&) = default;
};

class VersionFiles {
public:
    using Clock = std::chrono::steady_clock;
    // A superseded file is kept this long after its last use, and detaching is tried at most this often.
    static constexpr std::chrono::minutes kKeepUnused{5};
    // With more superseded files than this they go sooner: an attachment costs a descriptor and 0.3 MB.
    static constexpr std::size_t kMaxSuperseded = 64;
    static constexpr std::chrono::seconds kKeepUnusedWhenMany{10};
    static constexpr std::chrono::seconds kSweepEvery{30};

    explicit VersionFiles(duckdb::DuckDB& database);
    ~VersionFiles();

    // The catalog name of the file, attached. While the transaction of `user` lives, so does the attachment.
    // Error 58030 when the file cannot be attached.
    Result<std::string> attach(const TableVersion& version, duckdb::ClientContext& user);
    // Says that the attachment is still of use; false when it is gone.
    bool touch(const std::string& file);

    // True for a name that attach() gives: no user may write it.
    static bool is_alias(std::string_view name);

    std::size_t attached() const;
    // Detaches what has been superseded and unused since before `now - kKeepUnused`. attach() calls it
    // now and then.
    void release_superseded(Clock::time_point now);

private:
    struct Attachment {
        std::string alias;
        std::string name;  // schema.table
        Clock::time_point last_used;
        bool superseded = false;
    };

    Result<void> attach_file(const TableVersion& version, const std::string& alias);
    void mark_superseded(const std::string& name, const std::string& current_file);
    std::size_t superseded() const;
    void sweep(Clock::time_point now);
    bool detach(const Attachment& attachment);

    duckdb::DuckDB& database_;
    mutable std::mutex mutex_;
    std::unique_ptr<duckdb::Connection> connection_;       // attaches and detaches; never gated
    std::unordered_map<std::string, Attachment> by_file_;  // one alias a file, however many names lead to it
    Clock::time_point next_sweep_;
};

}  // namespace smew::engine
