#pragma once
// The metadata store: projects, API keys, buckets, tables and their versions, files, workspaces, credentials,
// idempotency keys. SQLite in data_dir/metadata.sqlite (WAL, synchronous=FULL, foreign keys, numbered migrations); what
// a call acknowledged survives kill -9. Thread-safe; each call is one transaction; a write waits for its fsync and for
// other writes, a read for neither. Names are looked up in any case of letters. A failure of the store itself is the
// Result's error, or an ErrorException where the call returns no Result (53100, 57P03 locked, 58030, XX001 …). Errors:
// 42704 not found, 42710 exists, 42602 bad name, 22023 bad value, 55000 not in the right state; http/ maps them to 404,
// 409, 400, 422, 409.

#include "auth/api_key.hpp"
#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "link/messages.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::catalog {

struct Project {
    ProjectId id;
    std::int64_t number = 0;  // names its directory; never reused
    std::string name;
    std::string description;
    std::string status = "active";
    std::string settings_json = "{}";
    WallTime created_at{}, updated_at{};
    std::uint64_t size_bytes = 0, table_count = 0, bucket_count = 0;  // computed
};

struct ApiKey {
    ApiKeyId id;
    ProjectId project;
    auth::Scope scope = auth::Scope::kProjectAdmin;
    std::string prefix;
    std::string hash;
    std::string description;
    WallTime created_at{};
    std::optional<WallTime> last_used_at, expires_at, revoked_at;
};

struct Bucket {
    std::string schema;  // "in_c_sales"
    std::string name;    // as created: "in.c-sales" or "in_c_sales"
    std::string description;
    WallTime created_at{};
    std::uint64_t table_count = 0, size_bytes = 0;
    std::int64_t number = 0;  // never reused
};

struct Table {
    TableId id;
    ProjectId project;
    std::string bucket;  // schema
    std::string name;
    std::string description;
    std::vector<link::ColumnSpec> columns;
    std::vector<std::string> column_descriptions;  // one a column
    std::vector<std::string> primary_key;
    WallTime created_at{}, updated_at{};
    // The current version; every table has one from its creation on.
    VersionId version;
    std::string version_file;  // relative to data_dir
    std::uint64_t row_count = 0, size_bytes = 0;
};

// What a publication makes current.
struct NewVersion {
    std::string file;  // relative to data_dir, already durable on disk
    std::uint64_t row_count = 0, size_bytes = 0;
    std::vector<link::ColumnSpec> columns;
    std::vector<std::string> primary_key;
};

struct File {
    FileId id;
    ProjectId project;
    std::string name, content_type, sha256, path;  // path relative to data_dir
    std::uint64_t size_bytes = 0;
    bool uploaded = false;   // false: prepared, waiting for its upload
    std::string upload_key;  // while it waits
    std::vector<std::string> tags;
    WallTime created_at{};
    std::optional<WallTime> expires_at;
};

// Limits of a workspace's own; where it has none, the instance's settings hold. A limit of 0 is none.
struct LimitChoices {
    std::optional<std::uint64_t> temp_limit_gb, max_concurrent_queries, max_result_rows, max_result_bytes;
    std::optional<std::uint64_t> statement_timeout_seconds, idle_timeout_seconds, idle_in_transaction_timeout_seconds;
    std::optional<std::uint64_t> large_query_percent;
};

struct Workspace {
    WorkspaceId id;           // 8 characters a-z0-9
    std::int64_t number = 0;  // names its directory and its user id
    ProjectId project;
    std::string name;
    std::string status = "active";  // active | expired (computed from expires_at)
    WallTime created_at{};
    std::optional<WallTime> expires_at;
    Bytes memory_limit, size_limit;
    LimitChoices limits;
    std::string username;  // ws_{id}_{8 characters}
    std::string verifier;  // SCRAM verifier text
    std::string database() const { return "workspace_" + id.value(); }
};

using ConversationId = StrongId<struct ConversationIdTag, std::string>;  // "conv_" and 16 hex digits

// Whose conversations: a user of a workspace (its user name, or an API key's id).
struct Talker {
    WorkspaceId workspace;
    std::string user;
};

struct Conversation {
    ConversationId id;
    std::string title;  // how its first message begins
    WallTime created_at{}, updated_at{};
    std::uint64_t message_count = 0;
};

struct ConversationMessage {
    std::int64_t number = 0;
    std::string role;      // user | assistant
    std::string content;   // what was said
    std::string sql;       // that was run, or is proposed; empty: none
    std::string model;     // that wrote the SQL; empty: none did
    std::string sqlstate;  // of a statement that failed; empty: none did
    bool needs_confirmation = false;
    WallTime created_at{};
};

// A user's message and its answer: kept together or not at all.
struct Exchange {
    Talker talker;
    ConversationId conversation;  // made when it is not there and `may_create`
    bool may_create = false;
    ConversationMessage question, answer;  // without number, role and created_at
};
struct ConversationLimits {
    std::uint64_t conversations = 0;  // of one talker; with one more the one unused longest goes
    std::uint64_t messages = 0;       // of one conversation
};

struct IdempotencyRecord {
    std::string request_hash;
    int status = 0;
    std::string body;
};

class Store {
public:
    // Opens or makes the database and brings it to the newest migration. Throws ErrorException when it cannot.
    static std::unique_ptr<Store> open(const std::string& file, const Clock& clock);
    virtual ~Store() = default;

    // ---- instance
    virtual std::optional<std::string> instance_value(
        std::string_view name) = 0;  // e.g. "admin_key_hash", "mock_secret"
    virtual void set_instance_value(std::string_view name, std::string_view value) = 0;

    // ---- projects
    virtual Result<Project> create_project(const ProjectId& id, std::string_view name, std::string_view description,
                                           std::string_view settings_json, const auth::NewApiKey& first_key) = 0;
    virtual Result<Project> project(const ProjectId& id) = 0;  // costs about 0.1 µs a table: its sizes are summed up
    struct ProjectPage {
        std::vector<Project> projects;
        std::uint64_t total = 0;
    };
    virtual ProjectPage projects(std::uint64_t limit, std::uint64_t offset) = 0;
    virtual Result<Project> update_project(const ProjectId& id, std::optional<std::string> name,
                                           std::optional<std::string> description,
                                           std::optional<std::string> settings_json) = 0;
    // Everything that belongs to it goes in one transaction; the files on disk are storage's to remove afterwards.
    virtual Result<void> delete_project(const ProjectId& id) = 0;

    // ---- API keys
    virtual Result<ApiKey> create_api_key(const ProjectId& project, const auth::NewApiKey& key, auth::Scope scope,
                                          std::string_view description, std::optional<WallTime> expires_at) = 0;
    virtual std::optional<ApiKey> find_api_key(const ApiKeyId& id) = 0;  // also revoked and expired ones
    virtual Result<ApiKey> api_key(const ProjectId& project, const ApiKeyId& id) = 0;
    virtual Result<std::vector<ApiKey>> api_keys(const ProjectId& project) = 0;  // not revoked
    // 55000 for the last live project_admin key.
    // Revoking a revoked key again changes nothing.
    virtual Result<void> revoke_api_key(const ProjectId& project, const ApiKeyId& id) = 0;
    // 55000 when `id` is revoked already. Revokes `id` and makes `replacement` with its scope, description and time to
    // live, in one transaction.
    virtual Result<ApiKey> rotate_api_key(const ProjectId& project, const ApiKeyId& id,
                                          const auth::NewApiKey& replacement) = 0;
    // Kept in memory and written at most once a minute a key.
    virtual void touch_api_key(const ApiKeyId& id) = 0;

    // ---- buckets and tables
    virtual Result<Bucket> create_bucket(const ProjectId& project, std::string_view name,
                                         std::string_view description) = 0;
    virtual Result<Bucket> bucket(const ProjectId& project, std::string_view name_or_schema) = 0;
    virtual Result<std::vector<Bucket>> buckets(const ProjectId& project) = 0;
    // 55000 when it has tables and `cascade` is false.
    virtual Result<void> delete_bucket(const ProjectId& project, std::string_view name_or_schema, bool cascade) = 0;
    // The table and its first version, in one transaction.
    virtual Result<Table> create_table(const ProjectId& project, std::string_view bucket, std::string_view name,
                                       std::string_view description,
                                       const std::vector<std::string>& column_descriptions,
                                       const NewVersion& first) = 0;
    virtual Result<Table> table(const ProjectId& project, std::string_view bucket, std::string_view name) = 0;
    virtual Result<std::vector<Table>> tables(const ProjectId& project, std::string_view bucket) = 0;
    virtual Result<std::vector<Table>> all_tables(const ProjectId& project) = 0;
    // Makes `version` current if `based_on` still is; 40001 otherwise (somebody else published in between).
    virtual Result<Table> publish_version(const TableId& table, const VersionId& based_on,
                                          const NewVersion& version) = 0;
    virtual Result<Table> set_descriptions(const TableId& table, std::optional<std::string> description,
                                           const std::vector<std::pair<std::string, std::string>>& columns) = 0;
    virtual Result<void> delete_table(const ProjectId& project, std::string_view bucket, std::string_view name) = 0;

    // ---- versions on disk
    struct StaleVersion {
        VersionId id;
        std::string file;
        WallTime replaced_at{};
    };
    virtual std::vector<StaleVersion> stale_versions(WallTime replaced_before) = 0;  // no longer current
    virtual void forget_version(const VersionId& id) = 0;
    virtual std::vector<std::string> version_files() = 0;  // every file a row points at, current or stale
    virtual std::vector<std::string> file_paths() = 0;
    virtual std::vector<std::int64_t> project_numbers() = 0;
    virtual std::vector<std::int64_t> workspace_numbers() = 0;
    // The highest numbers ever given, also to what was deleted since. A higher one on disk is not of this store's
    // making.
    struct LastNumbers {
        std::int64_t project = 0, workspace = 0;
    };
    virtual LastNumbers last_numbers() = 0;

    // ---- files
    virtual Result<File> prepare_file(const ProjectId& project, const File& file) = 0;
    virtual Result<File> file_by_upload_key(const ProjectId& project, std::string_view upload_key) = 0;
    virtual Result<File> complete_file(const FileId& id, std::string_view path, std::uint64_t size,
                                       std::string_view sha256) = 0;
    virtual Result<File> file(const ProjectId& project, const FileId& id) = 0;
    virtual Result<std::vector<File>> files(const ProjectId& project) = 0;
    virtual Result<void> delete_file(const ProjectId& project, const FileId& id) = 0;

    // ---- workspaces
    virtual Result<Workspace> create_workspace(const Workspace& workspace) = 0;  // number and created_at are filled in
    virtual Result<Workspace> workspace(const ProjectId& project, const WorkspaceId& id) = 0;
    virtual Result<std::vector<Workspace>> workspaces(const ProjectId& project) = 0;
    virtual std::optional<Workspace> workspace_by_user(std::string_view username) = 0;  // also expired
    virtual Result<Workspace> update_workspace(const WorkspaceId& id, std::optional<std::string> name,
                                               std::optional<WallTime> expires_at, std::optional<Bytes> memory_limit,
                                               std::optional<Bytes> size_limit) = 0;
    virtual Result<Workspace> set_limits(const WorkspaceId& id, const LimitChoices& limits) = 0;
    virtual Result<void> set_verifier(const WorkspaceId& id, std::string_view verifier) = 0;
    virtual Result<void> delete_workspace(const ProjectId& project, const WorkspaceId& id) = 0;
    virtual std::vector<Workspace> expired_workspaces() = 0;
    virtual std::vector<Workspace> all_workspaces() = 0;  // of every project, by project and age

    // ---- conversations
    struct ConversationPage {
        std::vector<Conversation> conversations;  // the last used first
        std::uint64_t total = 0;
    };
    virtual ConversationPage conversations(const Talker& talker, std::uint64_t limit, std::uint64_t offset) = 0;
    virtual Result<Conversation> conversation(const Talker& talker, const ConversationId& id) = 0;
    // In their order, from the one after `after` on.
    virtual Result<std::vector<ConversationMessage>> conversation_messages(const Talker& talker,
                                                                           const ConversationId& id, std::int64_t after,
                                                                           std::uint64_t limit) = 0;
    // The last so many, in their order.
    virtual std::vector<ConversationMessage> last_messages(const Talker& talker, const ConversationId& id,
                                                           std::uint64_t count) = 0;
    virtual Result<ConversationMessage> conversation_message(const Talker& talker, const ConversationId& id,
                                                             std::int64_t number) = 0;
    // All in one transaction, as writing is what costs; each gives the number of its answer, or why it was not kept.
    virtual std::vector<Result<std::int64_t>> add_exchanges(const std::vector<Exchange>& exchanges,
                                                            const ConversationLimits& limits) = 0;
    virtual Result<void> delete_conversation(const Talker& talker, const ConversationId& id) = 0;

    // ---- idempotency, keyed by (caller, key)
    virtual std::optional<IdempotencyRecord> idempotency(std::string_view caller, std::string_view key) = 0;
    // Overwrites an earlier record.
    virtual void remember_idempotency(std::string_view caller, std::string_view key, const IdempotencyRecord& record,
                                      WallTime expires_at) = 0;
    virtual void forget_expired_idempotency() = 0;

    struct Counts {
        std::int64_t projects = 0, buckets = 0, tables = 0, workspaces = 0, tables_bytes = 0, files_bytes = 0;
    };
    virtual Counts counts() = 0;
    virtual bool healthy() = 0;  // a trivial read succeeds
};

// "in.c-sales" → "in_c_sales". Error 42602 for anything that is no bucket name: 1 to 64 of [A-Za-z0-9_.-], starting
// with in, out or sys and then ".c-" or "_c_" … see names.cpp for the rule, which also holds for tables and columns.
Result<std::string> schema_of_bucket(std::string_view bucket_name);
Result<void> check_table_name(std::string_view name);   // [A-Za-z_][A-Za-z0-9_-]{0,127}; kept in its case
Result<void> check_column_name(std::string_view name);  // 1 to 127 characters, no control characters, no quotes
Result<void> check_project_id(std::string_view id);     // [A-Za-z0-9][A-Za-z0-9_-]{0,63}

}  // namespace smew::catalog
