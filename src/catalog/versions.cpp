#include "catalog/errors.hpp"
#include "catalog/sqlite_store.hpp"
#include "catalog/table_rows.hpp"

namespace smew::catalog {
namespace {

// Whose versions a table's are; nullopt when there is no such table.
std::optional<VersionOwner> owner_of(Connection& db, const TableId& table) {
    Statement found = db.query(
        "SELECT b.project, b.number FROM tables t JOIN buckets b ON b.number = t.bucket WHERE t.number = ?1", table);
    if (!found.step()) return std::nullopt;
    return VersionOwner{.project = found.integer(0), .bucket = found.integer(1), .table = table.value()};
}

// True when `version` was the table's current one and now is not.
bool replaced(Connection& db, const TableId& table, const VersionId& version, WallTime now) {
    return db.run(
               "UPDATE versions SET replaced_at = ?3 WHERE number = ?2 AND table_number = ?1 AND replaced_at IS NULL",
               table, version, now) == 1;
}

Descriptions stored_descriptions(Connection& db, const TableId& table) {
    Statement found = db.query("SELECT column_descriptions FROM tables WHERE number = ?1", table);
    found.step();
    return descriptions_from_json(found.text_view(0));
}

// From SQLite's own record of AUTOINCREMENT, which has no row before the first insert.
std::int64_t last_number(Connection& db, const char* table) {
    Statement found = db.query("SELECT seq FROM sqlite_sequence WHERE name = ?1", table);
    return found.step() ? found.integer(0) : 0;
}

std::vector<std::int64_t> numbers(Connection& db, const char* sql) {
    std::vector<std::int64_t> found;
    Statement rows = db.query(sql);
    while (rows.step()) found.push_back(rows.integer(0));
    return found;
}

}  // namespace

Result<Table> SqliteStore::publish_version(const TableId& table, const VersionId& based_on, const NewVersion& version) {
    const auto next = checked_version(version);
    if (!next) return next.error();
    return database_.write([&](Connection& db) -> Result<Table> {
        const auto owner = owner_of(db, table);
        if (!owner) return not_found("table", std::to_string(table.value()));
        const WallTime now = clock_.now();
        if (!replaced(db, table, based_on, now)) {
            return Error{.code = sqlstate::kSerializationFailure,
                         .message = "the table was changed by somebody else in the meantime",
                         .hint = "Try again."};
        }
        insert_version(db, *owner, *next, now);
        db.run("UPDATE tables SET updated_at = ?2, column_descriptions = ?3 WHERE number = ?1", table, now,
               to_json(descriptions_for(next->columns, stored_descriptions(db, table))));
        return find_table(db, table);
    });
}

std::vector<Store::StaleVersion> SqliteStore::stale_versions(WallTime replaced_before) {
    return database_.read([&](Connection& db) {
        std::vector<StaleVersion> found;
        Statement rows = db.query(
            "SELECT number, file, replaced_at FROM versions WHERE replaced_at < ?1 ORDER BY replaced_at, number",
            replaced_before);
        while (rows.step()) {
            found.push_back({.id = VersionId(rows.integer(0)), .file = rows.text(1), .replaced_at = rows.time(2)});
        }
        return found;
    });
}

void SqliteStore::forget_version(const VersionId& id) {
    database_.write([&](Connection& db) {
        return db.run("DELETE FROM versions WHERE number = ?1 AND replaced_at IS NOT NULL", id);
    });
}

std::vector<std::string> SqliteStore::version_files() {
    return database_.read([](Connection& db) {
        std::vector<std::string> found;
        Statement rows = db.query("SELECT file FROM versions");
        while (rows.step()) found.push_back(rows.text(0));
        return found;
    });
}

std::vector<std::int64_t> SqliteStore::project_numbers() {
    return database_.read([](Connection& db) { return numbers(db, "SELECT number FROM projects ORDER BY number"); });
}

std::vector<std::int64_t> SqliteStore::workspace_numbers() {
    return database_.read([](Connection& db) { return numbers(db, "SELECT number FROM workspaces ORDER BY number"); });
}

Store::LastNumbers SqliteStore::last_numbers() {
    return database_.read([](Connection& db) {
        return LastNumbers{.project = last_number(db, "projects"), .workspace = last_number(db, "workspaces")};
    });
}

}  // namespace smew::catalog
