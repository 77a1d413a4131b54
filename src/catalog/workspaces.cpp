#include "catalog/errors.hpp"
#include "catalog/sqlite_store.hpp"

#include <algorithm>

namespace smew::catalog {
namespace {

constexpr std::size_t kWorkspaceIdLength = 8;
constexpr std::size_t kMaxUsername = 63;  // as PostgreSQL's NAMEDATALEN allows

const std::string kSelect = R"(
SELECT w.id, w.number, p.id, w.name, w.created_at, w.expires_at, w.memory_limit, w.size_limit, w.username, w.verifier,
       w.temp_limit_gb, w.max_concurrent_queries, w.max_result_rows, w.max_result_bytes,
       w.statement_timeout_seconds, w.idle_timeout_seconds, w.idle_in_transaction_timeout_seconds, w.large_query_percent
FROM workspaces w JOIN projects p ON p.number = w.project )";

LimitChoices read_limits(const Statement& row, int column) {
    return {.temp_limit_gb = row.optional_size(column),
            .max_concurrent_queries = row.optional_size(column + 1),
            .max_result_rows = row.optional_size(column + 2),
            .max_result_bytes = row.optional_size(column + 3),
            .statement_timeout_seconds = row.optional_size(column + 4),
            .idle_timeout_seconds = row.optional_size(column + 5),
            .idle_in_transaction_timeout_seconds = row.optional_size(column + 6),
            .large_query_percent = row.optional_size(column + 7)};
}

Workspace read_workspace(const Statement& row, WallTime now) {
    const auto expires_at = row.optional_time(5);
    return {.id = WorkspaceId(row.text(0)),
            .number = row.integer(1),
            .project = ProjectId(row.text(2)),
            .name = row.text(3),
            .status = expires_at && *expires_at <= now ? "expired" : "active",
            .created_at = row.time(4),
            .expires_at = expires_at,
            .memory_limit = Bytes{row.size(6)},
            .size_limit = Bytes{row.size(7)},
            .limits = read_limits(row, 10),
            .username = row.text(8),
            .verifier = row.text(9)};
}

void write_limits(Connection& db, const WorkspaceId& id, const LimitChoices& limits) {
    db.run(
        "UPDATE workspaces SET temp_limit_gb = ?2, max_concurrent_queries = ?3, max_result_rows = ?4, "
        "max_result_bytes = ?5, statement_timeout_seconds = ?6, idle_timeout_seconds = ?7, "
        "idle_in_transaction_timeout_seconds = ?8, large_query_percent = ?9 WHERE id = ?1",
        id, limits.temp_limit_gb, limits.max_concurrent_queries, limits.max_result_rows, limits.max_result_bytes,
        limits.statement_timeout_seconds, limits.idle_timeout_seconds, limits.idle_in_transaction_timeout_seconds,
        limits.large_query_percent);
}

Result<Workspace> find_workspace(Connection& db, const WorkspaceId& id, WallTime now) {
    Statement found = db.query(kSelect + "WHERE w.id = ?1", id);
    if (!found.step()) return not_found("workspace", id.value());
    return read_workspace(found, now);
}

// It becomes part of a database name, which clients put into connection strings.
Result<void> check_id(const WorkspaceId& id) {
    const bool plain =
        std::ranges::all_of(id.value(), [](char c) { return is_ascii_digit(c) || (c >= 'a' && c <= 'z'); });
    if (plain && id.value().size() == kWorkspaceIdLength) return {};
    return Error{.code = sqlstate::kInvalidName, .message = in_quotes(id.value()) + " is not a valid workspace id"};
}

Result<void> check_workspace(const Workspace& workspace) {
    if (auto checked = check_id(workspace.id); !checked) return checked;
    if (auto checked = check_title("the workspace's name", workspace.name); !checked) return checked;
    if (auto checked = check_title("the workspace's user name", workspace.username); !checked) return checked;
    if (!workspace.username.empty() && workspace.username.size() <= kMaxUsername) return {};
    return bad_value("the workspace's user name has not 1 to 63 bytes");
}

bool is_taken(Connection& db, const char* sql, std::string_view value) {
    Statement found = db.query(sql, value);
    return found.step();
}

}  // namespace

Result<Workspace> SqliteStore::create_workspace(const Workspace& workspace) {
    if (auto checked = check_workspace(workspace); !checked) return checked.error();
    return database_.write([&](Connection& db) -> Result<Workspace> {
        const auto project = project_number(db, workspace.project);
        if (!project) return project.error();
        if (is_taken(db, "SELECT 1 FROM workspaces WHERE id = ?1", workspace.id.value())) {
            return exists_already("workspace", workspace.id.value());
        }
        if (is_taken(db, "SELECT 1 FROM workspaces WHERE username = ?1", workspace.username)) {
            return exists_already("workspace user", workspace.username);
        }
        const WallTime now = clock_.now();
        db.run(
            "INSERT INTO workspaces (id, project, name, created_at, expires_at, memory_limit, size_limit, username, "
            "verifier) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            workspace.id, *project, workspace.name, now, workspace.expires_at, workspace.memory_limit,
            workspace.size_limit, workspace.username, workspace.verifier);
        write_limits(db, workspace.id, workspace.limits);
        return find_workspace(db, workspace.id, now);
    });
}

Result<Workspace> SqliteStore::workspace(const ProjectId& project, const WorkspaceId& id) {
    return database_.read([&](Connection& db) -> Result<Workspace> {
        Statement found = db.query(kSelect + "WHERE w.id = ?1 AND p.id = ?2", id, project);
        if (found.step()) return read_workspace(found, clock_.now());
        if (auto number = project_number(db, project); !number) return number.error();
        return not_found("workspace", id.value());
    });
}

Result<std::vector<Workspace>> SqliteStore::workspaces(const ProjectId& project) {
    return database_.read([&](Connection& db) -> Result<std::vector<Workspace>> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        std::vector<Workspace> found;
        Statement rows = db.query(kSelect + "WHERE w.project = ?1 ORDER BY w.number", *number);
        while (rows.step()) found.push_back(read_workspace(rows, clock_.now()));
        return found;
    });
}

std::optional<Workspace> SqliteStore::workspace_by_user(std::string_view username) {
    return database_.read([&](Connection& db) -> std::optional<Workspace> {
        Statement found = db.query(kSelect + "WHERE w.username = ?1", username);
        if (!found.step()) return std::nullopt;
        return read_workspace(found, clock_.now());
    });
}

Result<Workspace> SqliteStore::update_workspace(const WorkspaceId& id, std::optional<std::string> name,
                                                std::optional<WallTime> expires_at, std::optional<Bytes> memory_limit,
                                                std::optional<Bytes> size_limit) {
    if (name) {
        if (auto checked = check_title("the workspace's name", *name); !checked) return checked.error();
    }
    return database_.write([&](Connection& db) -> Result<Workspace> {
        db.run(
            "UPDATE workspaces SET name = coalesce(?2, name), expires_at = coalesce(?3, expires_at), "
            "memory_limit = coalesce(?4, memory_limit), size_limit = coalesce(?5, size_limit) WHERE id = ?1",
            id, name, expires_at, memory_limit, size_limit);
        return find_workspace(db, id, clock_.now());
    });
}

Result<Workspace> SqliteStore::set_limits(const WorkspaceId& id, const LimitChoices& limits) {
    return database_.write([&](Connection& db) -> Result<Workspace> {
        write_limits(db, id, limits);
        return find_workspace(db, id, clock_.now());
    });
}

Result<void> SqliteStore::set_verifier(const WorkspaceId& id, std::string_view verifier) {
    return database_.write([&](Connection& db) -> Result<void> {
        if (db.run("UPDATE workspaces SET verifier = ?2 WHERE id = ?1", id, verifier) == 1) return {};
        return not_found("workspace", id.value());
    });
}

Result<void> SqliteStore::delete_workspace(const ProjectId& project, const WorkspaceId& id) {
    return database_.write([&](Connection& db) -> Result<void> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        if (db.run("DELETE FROM workspaces WHERE id = ?1 AND project = ?2", id, *number) == 1) return {};
        return not_found("workspace", id.value());
    });
}

std::vector<Workspace> SqliteStore::expired_workspaces() {
    return database_.read([&](Connection& db) {
        std::vector<Workspace> found;
        const WallTime now = clock_.now();
        Statement rows = db.query(kSelect + "WHERE w.expires_at <= ?1 ORDER BY w.expires_at", now);
        while (rows.step()) found.push_back(read_workspace(rows, now));
        return found;
    });
}

std::vector<Workspace> SqliteStore::all_workspaces() {
    return database_.read([&](Connection& db) {
        std::vector<Workspace> found;
        Statement rows = db.query(kSelect + "ORDER BY w.project, w.number");
        while (rows.step()) found.push_back(read_workspace(rows, clock_.now()));
        return found;
    });
}

}  // namespace smew::catalog
