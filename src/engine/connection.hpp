#pragma once
// Connection as the engine makes it. Internal to engine/.

#include "engine/commit_log.hpp"
#include "engine/engine.hpp"
#include "engine/file_pipe.hpp"
#include "engine/gate.hpp"
#include "engine/profiling.hpp"
#include "engine/session_state.hpp"
#include "engine/statement.hpp"

#include <duckdb/main/connection.hpp>

#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace smew::engine {

// What an instance shares with its connections; outlives them.
struct InstanceParts {
    duckdb::DuckDB& database;
    CommitLog& commits;
    TableResolver& resolver;
    VersionFiles& files;
    const std::string& own_catalog;
    const std::unordered_set<std::string>& pure_functions;
    std::shared_ptr<FilePipes> pipes;  // shared with DuckDB's file system
};

class GatedConnection final : public Connection, public Profiling {
public:
    GatedConnection(const InstanceParts& instance, SessionFacts& facts);
    ~GatedConnection() override;

    Result<std::vector<std::unique_ptr<Statement>>> parse(std::string_view sql) override;
    Result<std::unique_ptr<Prepared>> prepare(std::unique_ptr<Statement> statement,
                                              std::span<const std::uint32_t> parameter_types) override;
    Result<std::unique_ptr<BulkInsert>> bulk_insert(const BulkTarget& target) override;
    Result<std::unique_ptr<FileStream>> write_file(std::unique_ptr<Statement> query, const FileFormat& format) override;
    Result<void> run_internal(std::string_view sql) override;
    bool in_transaction() const override;
    bool transaction_usable() const override;
    void restore_after_read() override;
    Result<void> restart_transaction(bool read_only) override;
    void interrupt(CancelReason reason) override;
    void statement_begins() override;
    void statement_ends() override;
    Result<void> set_search_path(const std::vector<std::string>& schemas) override;
    Result<void> set_time_zone(std::string_view zone) override;
    void set_dialect(Dialect dialect) override;
    void set_profiling(std::chrono::milliseconds slow) override;
    Profile profile(std::chrono::steady_clock::time_point since) override;

private:
    Result<ParsedStatement::Parts> admit(duckdb::unique_ptr<duckdb::SQLStatement> tree,
                                         const std::shared_ptr<const SourceText>& sql);
    Result<void> check(TreeParts& parts);
    bool is_builtin_function(const std::string& name);
    void apply_local_path();
    // The search path on the tree's names, where it has project buckets.
    Result<void> apply_path(ParsedStatement::Parts& parts);

    const InstanceParts instance_;
    duckdb::Connection connection_;
    duckdb::ClientContext& context_;
    duckdb::shared_ptr<SessionState> session_;
    bool path_complete_ = true;  // every schema of the search path exists or is a bucket
    // BEGIN, COMMIT and the like, planned once.
    std::map<std::string, duckdb::unique_ptr<duckdb::PreparedStatement>, std::less<>> internal_;
};

}  // namespace smew::engine
