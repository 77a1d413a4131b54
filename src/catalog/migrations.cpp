#include "catalog/migrations.hpp"

#include <array>

namespace smew::catalog {
namespace {

// Times are microseconds since 1970, UTC. `number` names directories and user ids and is never given twice.
//
// A version's row outlives its table and project until its file is gone: so `project` and `bucket` are kept as they
// were, without a foreign key. The current version of a table is the one that was not replaced; the CHECK holds every
// delete to retiring versions before it drops their table.
constexpr Migration kFirstShape = R"(
CREATE TABLE instance (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES projects (number) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_of_project ON api_keys (project);

CREATE TABLE buckets (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES projects (number) ON DELETE CASCADE,
    schema TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (project, schema)
) STRICT;

CREATE TABLE tables (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket INTEGER NOT NULL REFERENCES buckets (number) ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE,
    description TEXT NOT NULL,
    column_descriptions TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (bucket, name)
) STRICT;

CREATE TABLE versions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    table_number INTEGER REFERENCES tables (number) ON DELETE SET NULL,
    project INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    file TEXT NOT NULL UNIQUE,
    row_count INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    columns TEXT NOT NULL,
    primary_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    replaced_at INTEGER,
    CHECK (table_number IS NOT NULL OR replaced_at IS NOT NULL)
) STRICT;
CREATE INDEX versions_of_table ON versions (table_number);
CREATE UNIQUE INDEX current_version ON versions (table_number) WHERE replaced_at IS NULL;
CREATE INDEX current_sizes ON versions (project, bucket, size_bytes) WHERE replaced_at IS NULL;
CREATE INDEX stale_versions ON versions (replaced_at) WHERE replaced_at IS NOT NULL;

CREATE TABLE files (
    id TEXT PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES projects (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    uploaded INTEGER NOT NULL,
    upload_key TEXT,
    tags TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    UNIQUE (project, upload_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE workspaces (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    project INTEGER NOT NULL REFERENCES projects (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    memory_limit INTEGER NOT NULL,
    size_limit INTEGER NOT NULL,
    username TEXT NOT NULL UNIQUE,
    verifier TEXT NOT NULL
) STRICT;
CREATE INDEX workspaces_of_project ON workspaces (project);
CREATE INDEX workspaces_by_expiry ON workspaces (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE idempotency (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
)";

// Null: the instance's setting holds.
constexpr Migration kLimitsOfAWorkspace = R"(
ALTER TABLE workspaces ADD COLUMN temp_limit_gb INTEGER;
ALTER TABLE workspaces ADD COLUMN max_concurrent_queries INTEGER;
ALTER TABLE workspaces ADD COLUMN max_result_rows INTEGER;
ALTER TABLE workspaces ADD COLUMN max_result_bytes INTEGER;
ALTER TABLE workspaces ADD COLUMN statement_timeout_seconds INTEGER;
ALTER TABLE workspaces ADD COLUMN idle_timeout_seconds INTEGER;
ALTER TABLE workspaces ADD COLUMN idle_in_transaction_timeout_seconds INTEGER;
)";

// `user` is a name, not a row: a key's conversations outlive the key. message_count spares a count for each message.
constexpr Migration kConversations = R"(
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    workspace INTEGER NOT NULL REFERENCES workspaces (number) ON DELETE CASCADE,
    user TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    message_count INTEGER NOT NULL
) STRICT;
CREATE INDEX conversations_of_user ON conversations (workspace, user, updated_at);

CREATE TABLE messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    sql TEXT NOT NULL,
    model TEXT NOT NULL,
    sqlstate TEXT NOT NULL,
    needs_confirmation INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_of_conversation ON messages (conversation);
)";

constexpr Migration kLargeStatements = R"(
ALTER TABLE workspaces ADD COLUMN large_query_percent INTEGER;
)";

constexpr std::array kMigrations{kFirstShape, kLimitsOfAWorkspace, kConversations, kLargeStatements};

std::size_t version_of(Connection& connection) {
    Statement version = connection.query("PRAGMA user_version");
    version.step();
    return static_cast<std::size_t>(version.integer(0));
}

void take(Connection& connection, std::span<const Migration> steps, std::size_t number) {
    Transaction transaction(connection, Transaction::Mode::kImmediate);
    if (version_of(connection) >= number) return;  // another process was faster
    connection.run_script(steps[number - 1]);
    connection.run_script("PRAGMA user_version = " + std::to_string(number));
    transaction.commit();
}

}  // namespace

std::span<const Migration> migrations() {
    return kMigrations;
}

void migrate(Connection& connection, std::span<const Migration> steps) {
    const std::size_t present = version_of(connection);
    if (present > steps.size()) {
        throw ErrorException({.code = sqlstate::kObjectNotInPrerequisiteState,
                              .message = "the metadata store is of version " + std::to_string(present) +
                                         ", newer than this smew, which knows version " + std::to_string(steps.size()),
                              .hint = "Run the newer smew, or restore the metadata store from before its upgrade."});
    }
    for (std::size_t number = present + 1; number <= steps.size(); ++number) take(connection, steps, number);
}

}  // namespace smew::catalog
