#include "catalog/sqlite_store.hpp"

namespace smew::catalog {
namespace {

std::int64_t number_of(Connection& db, const char* sql) {
    Statement statement = db.query(sql);
    statement.step();
    return statement.integer(0);
}

}  // namespace

std::unique_ptr<Store> Store::open(const std::string& file, const Clock& clock) {
    return std::make_unique<SqliteStore>(file, clock);
}

std::optional<std::string> SqliteStore::instance_value(std::string_view name) {
    return database_.read([&](Connection& db) -> std::optional<std::string> {
        Statement found = db.query("SELECT value FROM instance WHERE name = ?1", name);
        if (!found.step()) return std::nullopt;
        return found.text(0);
    });
}

void SqliteStore::set_instance_value(std::string_view name, std::string_view value) {
    database_.write([&](Connection& db) {
        return db.run(
            "INSERT INTO instance (name, value) VALUES (?1, ?2) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name, value);
    });
}

Store::Counts SqliteStore::counts() {
    return database_.read([](Connection& db) {
        return Counts{.projects = number_of(db, "SELECT count(*) FROM projects"),
                      .buckets = number_of(db, "SELECT count(*) FROM buckets"),
                      .tables = number_of(db, "SELECT count(*) FROM tables"),
                      .workspaces = number_of(db, "SELECT count(*) FROM workspaces"),
                      .tables_bytes =
                          number_of(db, "SELECT coalesce(sum(size_bytes), 0) FROM versions WHERE replaced_at IS NULL"),
                      .files_bytes = number_of(db, "SELECT coalesce(sum(size_bytes), 0) FROM files")};
    });
}

bool SqliteStore::healthy() {
    try {
        return database_.read([](Connection& db) { return number_of(db, "SELECT count(*) FROM instance") >= 0; });
    } catch (const ErrorException&) {
        return false;
    }
}

}  // namespace smew::catalog
