#pragma once
// What smew knows of one DuckDB connection, found by DuckDB's hooks through the client context: why the running
// statement is to end, which versions its names mean, whether it is gated. Internal to engine/.
//
// One thread at a time, as the connection itself, except interrupt().

#include "core/cancel.hpp"
#include "core/error.hpp"
#include "engine/commit_log.hpp"
#include "engine/engine.hpp"
#include "engine/plan_facts.hpp"
#include "engine/source_text.hpp"
#include "engine/version_files.hpp"

#include <duckdb/main/client_context.hpp>
#include <duckdb/main/client_context_state.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace duckdb {
class TableCatalogEntry;
}

namespace smew::engine {

class SessionState final : public duckdb::ClientContextState {
public:
    SessionState(TableResolver& resolver, VersionFiles& files, CommitLog& commits, std::string own_catalog,
                 SessionFacts& facts)
        : resolver_(resolver), files_(files), commits_(commits), own_catalog_(std::move(own_catalog)), facts_(facts) {}

    // nullptr for connections of the engine itself, which are neither gated nor know the project's tables.
    static duckdb::shared_ptr<SessionState> of(duckdb::ClientContext& context);
    void register_with(duckdb::ClientContext& context, duckdb::shared_ptr<SessionState> self);

    // ---- the running statement and its end
    void begin(duckdb::ClientContext& context);
    void end(duckdb::ClientContext& context);
    void interrupt(duckdb::ClientContext& context, CancelReason reason);
    // kNone unless the running statement is to end.
    CancelReason reason() const;
    // Sets DuckDB's flag again, which it clears whenever a statement starts. Not for statements of the session's own:
    // the ROLLBACK after an interrupt must run.
    void renew_interrupt(duckdb::ClientContext& context) const;

    // ---- names
    struct Bound {
        TableVersion version;
        std::string alias;  // the catalog it is attached as
    };
    // The version a name means in this transaction, attached; nullopt: no table of the project. An empty schema is
    // searched for in the project's buckets of the search path.
    Result<std::optional<Bound>> bind(duckdb::ClientContext& context, const std::string& schema,
                                      const std::string& table);
    // The version a name would mean now, without attaching it.
    Result<std::optional<TableVersion>> lookup(duckdb::ClientContext& context, const std::string& schema,
                                               const std::string& table);
    // What names were bound to since it was last taken: take it before and after each bind.
    std::vector<Bound> take_bound() { return std::exchange(bound_, {}); }
    // True for the workspace's own catalogs and the versions that names of the statement being bound mean.
    bool may_read(const std::string& catalog) const;
    bool may_change(const std::string& catalog) const { return catalog == own_catalog_ || catalog == "temp"; }
    // The OID and the name users know a bound table by; 0 for what is none of theirs.
    std::uint32_t oid_of(duckdb::TableCatalogEntry& table) const;
    std::string name_of(duckdb::TableCatalogEntry& table) const;
    // Of the last plan that was bound.
    PlanFacts plan_facts;

    // ---- settings of the session
    std::vector<std::string> search_path{"main"};  // as set_search_path() was given it
    std::vector<std::string> project_path;         // the buckets in it, in order
    std::uint64_t path_changes = 0;
    Dialect dialect = Dialect::kPostgres;
    bool gated = true;                               // false while run_internal() runs
    std::shared_ptr<const SourceText> running_text;  // of the statement that was last planned or started

    // True for statements of users that follow PostgreSQL's rules.
    static bool speaks_postgres(duckdb::ClientContext& context);

    // The one file that a statement of the session's own may write while it is planned: a pipe of FileStream.
    const std::string& file_target() const { return file_target_; }
    class FileTarget {
    public:
        FileTarget(SessionState& session, std::string path) : session_(session) {
            session_.file_target_ = std::move(path);
        }
        ~FileTarget() { session_.file_target_.clear(); }
        FileTarget(const FileTarget&) = delete;
        FileTarget& operator=(const FileTarget&) = delete;

    private:
        SessionState& session_;
    };

    TableResolver& resolver() { return resolver_; }
    VersionFiles& files() { return files_; }
    CommitLog& commits() { return commits_; }
    const std::string& own_catalog() const { return own_catalog_; }
    SessionFacts& facts() const { return facts_; }
    // How many plans were made on this connection.
    std::uint64_t plans() const { return plans_; }
    void count_plan() { ++plans_; }

    // ---- called by DuckDB
    void QueryBegin(duckdb::ClientContext& context) override { renew_interrupt(context); }
    void TransactionBegin(duckdb::MetaTransaction&, duckdb::ClientContext&) override { pins_.clear(); }
    void TransactionCommit(duckdb::MetaTransaction&, duckdb::ClientContext&) override { pins_.clear(); }
    void TransactionRollback(duckdb::MetaTransaction&, duckdb::ClientContext&) override { pins_.clear(); }

private:
    Result<std::optional<TableVersion>> ask(const std::string& schema, const std::string& table);
    Result<std::optional<TableVersion>> version_of(const std::string& schema, const std::string& table);
    Result<Bound> attach(duckdb::ClientContext& context, TableVersion version);

    const Bound* bound_as(const std::string& alias) const;

    using Name = std::pair<std::string, std::string>;  // lower case
    static Name key(const std::string& schema, const std::string& table);

    TableResolver& resolver_;
    VersionFiles& files_;
    CommitLog& commits_;
    const std::string own_catalog_;
    SessionFacts& facts_;
    std::map<Name, TableVersion> pins_;  // names of this transaction; one version each until it ends
    std::vector<Bound> bound_;           // since take_bound()
    std::uint64_t plans_ = 0;
    std::string file_target_;

    // Guards the pair of "this reason" and "DuckDB's flag", so that a late interrupt cannot hit the next statement.
    mutable std::mutex mutex_;
    bool running_ = false;
    std::atomic<CancelReason> reason_{CancelReason::kNone};
};

}  // namespace smew::engine
