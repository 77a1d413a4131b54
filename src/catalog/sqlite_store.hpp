#pragma once
// The Store on SQLite. Its calls are defined by entity: instance.cpp, projects.cpp, api_keys.cpp, buckets.cpp,
// tables.cpp, versions.cpp, files.cpp, workspaces.cpp, conversations.cpp, idempotency.cpp. Inside catalog/ only.

#include "catalog/database.hpp"
#include "catalog/store.hpp"

#include <mutex>
#include <unordered_map>

namespace smew::catalog {

// The number of a project, 42704 when there is none of this id.
Result<std::int64_t> project_number(Connection& db, const ProjectId& id);

struct BucketRow {
    std::int64_t number = 0;
    std::int64_t project = 0;
    std::string schema;
};
// By name or schema, in any case of letters. 42704 for the project or the bucket.
Result<BucketRow> find_bucket(Connection& db, const ProjectId& project, std::string_view name_or_schema);

// Adds a key to a project. 42710 when its id is taken.
struct KeyTerms {
    auth::Scope scope = auth::Scope::kProjectAdmin;
    std::string_view description;
    WallTime created_at{};
    std::optional<WallTime> expires_at;
};
Result<void> insert_api_key(Connection& db, std::int64_t project, const auth::NewApiKey& key, const KeyTerms& terms);

class SqliteStore final : public Store {
public:
    SqliteStore(const std::string& file, const Clock& clock)
        : database_(file), clock_(clock), flushed_at_(clock.now()) {}
    ~SqliteStore() override;

    std::optional<std::string> instance_value(std::string_view name) override;
    void set_instance_value(std::string_view name, std::string_view value) override;

    Result<Project> create_project(const ProjectId& id, std::string_view name, std::string_view description,
                                   std::string_view settings_json, const auth::NewApiKey& first_key) override;
    Result<Project> project(const ProjectId& id) override;
    ProjectPage projects(std::uint64_t limit, std::uint64_t offset) override;
    Result<Project> update_project(const ProjectId& id, std::optional<std::string> name,
                                   std::optional<std::string> description,
                                   std::optional<std::string> settings_json) override;
    Result<void> delete_project(const ProjectId& id) override;

    Result<ApiKey> create_api_key(const ProjectId& project, const auth::NewApiKey& key, auth::Scope scope,
                                  std::string_view description, std::optional<WallTime> expires_at) override;
    std::optional<ApiKey> find_api_key(const ApiKeyId& id) override;
    Result<ApiKey> api_key(const ProjectId& project, const ApiKeyId& id) override;
    Result<std::vector<ApiKey>> api_keys(const ProjectId& project) override;
    Result<void> revoke_api_key(const ProjectId& project, const ApiKeyId& id) override;
    Result<ApiKey> rotate_api_key(const ProjectId& project, const ApiKeyId& id,
                                  const auth::NewApiKey& replacement) override;
    void touch_api_key(const ApiKeyId& id) override;

    Result<Bucket> create_bucket(const ProjectId& project, std::string_view name,
                                 std::string_view description) override;
    Result<Bucket> bucket(const ProjectId& project, std::string_view name_or_schema) override;
    Result<std::vector<Bucket>> buckets(const ProjectId& project) override;
    Result<void> delete_bucket(const ProjectId& project, std::string_view name_or_schema, bool cascade) override;

    Result<Table> create_table(const ProjectId& project, std::string_view bucket, std::string_view name,
                               std::string_view description, const std::vector<std::string>& column_descriptions,
                               const NewVersion& first) override;
    Result<Table> table(const ProjectId& project, std::string_view bucket, std::string_view name) override;
    Result<std::vector<Table>> tables(const ProjectId& project, std::string_view bucket) override;
    Result<std::vector<Table>> all_tables(const ProjectId& project) override;
    Result<Table> publish_version(const TableId& table, const VersionId& based_on, const NewVersion& version) override;
    Result<Table> set_descriptions(const TableId& table, std::optional<std::string> description,
                                   const std::vector<std::pair<std::string, std::string>>& columns) override;
    Result<void> delete_table(const ProjectId& project, std::string_view bucket, std::string_view name) override;

    std::vector<StaleVersion> stale_versions(WallTime replaced_before) override;
    void forget_version(const VersionId& id) override;
    std::vector<std::string> version_files() override;
    std::vector<std::string> file_paths() override;
    std::vector<std::int64_t> project_numbers() override;
    std::vector<std::int64_t> workspace_numbers() override;
    LastNumbers last_numbers() override;

    Result<File> prepare_file(const ProjectId& project, const File& file) override;
    Result<File> file_by_upload_key(const ProjectId& project, std::string_view upload_key) override;
    Result<File> complete_file(const FileId& id, std::string_view path, std::uint64_t size,
                               std::string_view sha256) override;
    Result<File> file(const ProjectId& project, const FileId& id) override;
    Result<std::vector<File>> files(const ProjectId& project) override;
    Result<void> delete_file(const ProjectId& project, const FileId& id) override;

    Result<Workspace> create_workspace(const Workspace& workspace) override;
    Result<Workspace> workspace(const ProjectId& project, const WorkspaceId& id) override;
    Result<std::vector<Workspace>> workspaces(const ProjectId& project) override;
    std::optional<Workspace> workspace_by_user(std::string_view username) override;
    Result<Workspace> update_workspace(const WorkspaceId& id, std::optional<std::string> name,
                                       std::optional<WallTime> expires_at, std::optional<Bytes> memory_limit,
                                       std::optional<Bytes> size_limit) override;
    Result<Workspace> set_limits(const WorkspaceId& id, const LimitChoices& limits) override;
    Result<void> set_verifier(const WorkspaceId& id, std::string_view verifier) override;
    Result<void> delete_workspace(const ProjectId& project, const WorkspaceId& id) override;
    std::vector<Workspace> expired_workspaces() override;
    std::vector<Workspace> all_workspaces() override;

    ConversationPage conversations(const Talker& talker, std::uint64_t limit, std::uint64_t offset) override;
    Result<Conversation> conversation(const Talker& talker, const ConversationId& id) override;
    Result<std::vector<ConversationMessage>> conversation_messages(const Talker& talker, const ConversationId& id,
                                                                   std::int64_t after, std::uint64_t limit) override;
    std::vector<ConversationMessage> last_messages(const Talker& talker, const ConversationId& id,
                                                   std::uint64_t count) override;
    Result<ConversationMessage> conversation_message(const Talker& talker, const ConversationId& id,
                                                     std::int64_t number) override;
    std::vector<Result<std::int64_t>> add_exchanges(const std::vector<Exchange>& exchanges,
                                                    const ConversationLimits& limits) override;
    Result<void> delete_conversation(const Talker& talker, const ConversationId& id) override;

    std::optional<IdempotencyRecord> idempotency(std::string_view caller, std::string_view key) override;
    void remember_idempotency(std::string_view caller, std::string_view key, const IdempotencyRecord& record,
                              WallTime expires_at) override;
    void forget_expired_idempotency() override;

    Counts counts() override;
    bool healthy() override;

private:
    using Touches = std::unordered_map<ApiKeyId, WallTime>;

    void show_last_use(ApiKey& key);
    void write_last_uses(const Touches& uses);

    Database database_;
    const Clock& clock_;

    std::mutex touches_mutex_;
    Touches touches_;  // uses not yet written
    WallTime flushed_at_;
};

}  // namespace smew::catalog
