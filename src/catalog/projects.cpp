#include "catalog/columns_json.hpp"
#include "catalog/errors.hpp"
#include "catalog/sqlite_store.hpp"

#include <algorithm>

namespace smew::catalog {
namespace {

// Sizes and counts come from the index current_sizes alone: every table has exactly one current version.
const std::string kSelect = R"(
SELECT p.id, p.number, p.name, p.description, p.status, p.settings, p.created_at, p.updated_at,
       (SELECT coalesce(sum(v.size_bytes), 0) FROM versions v WHERE v.project = p.number AND v.replaced_at IS NULL),
       (SELECT count(*) FROM versions v WHERE v.project = p.number AND v.replaced_at IS NULL),
       (SELECT count(*) FROM buckets b WHERE b.project = p.number)
FROM projects p )";

Project read_project(const Statement& row) {
    return {.id = ProjectId(row.text(0)),
            .number = row.integer(1),
            .name = row.text(2),
            .description = row.text(3),
            .status = row.text(4),
            .settings_json = row.text(5),
            .created_at = row.time(6),
            .updated_at = row.time(7),
            .size_bytes = row.size(8),
            .table_count = row.size(9),
            .bucket_count = row.size(10)};
}

Result<Project> find_project(Connection& db, const ProjectId& id) {
    Statement found = db.query(kSelect + "WHERE p.id = ?1", id);
    if (!found.step()) return not_found("project", id.value());
    return read_project(found);
}

// What a caller may set; nullopt: left as it is.
Result<void> check_properties(std::optional<std::string_view> name, std::optional<std::string_view> description,
                              std::optional<std::string_view> settings_json) {
    if (name) {
        if (auto checked = check_title("the project's name", *name); !checked) return checked;
    }
    if (description) {
        const auto checked = check_text("the project's description", *description, kMaxTextBytes);
        if (!checked) return checked;
    }
    if (!settings_json) return {};
    if (auto checked = check_text("the project's settings", *settings_json, kMaxTextBytes); !checked) return checked;
    return check_json_object("the project's settings", *settings_json);
}

}  // namespace

Result<std::int64_t> project_number(Connection& db, const ProjectId& id) {
    Statement found = db.query("SELECT number FROM projects WHERE id = ?1", id);
    if (!found.step()) return not_found("project", id.value());
    return found.integer(0);
}

Result<Project> SqliteStore::create_project(const ProjectId& id, std::string_view name, std::string_view description,
                                            std::string_view settings_json, const auth::NewApiKey& first_key) {
    if (auto checked = check_project_id(id.value()); !checked) return checked.error();
    if (auto checked = check_properties(name, description, settings_json); !checked) return checked.error();
    return database_.write([&](Connection& db) -> Result<Project> {
        const WallTime now = clock_.now();
        const auto made = db.run(
            "INSERT INTO projects (id, name, description, status, settings, created_at, updated_at) "
            "VALUES (?1, ?2, ?3, 'active', ?4, ?5, ?5) ON CONFLICT (id) DO NOTHING",
            id, name, description, settings_json, now);
        if (made == 0) return exists_already("project", id.value());
        const auto key = insert_api_key(db, db.last_insert_id(), first_key, {.created_at = now});
        if (!key) return key.error();
        return find_project(db, id);
    });
}

Result<Project> SqliteStore::project(const ProjectId& id) {
    return database_.read([&](Connection& db) { return find_project(db, id); });
}

Store::ProjectPage SqliteStore::projects(std::uint64_t limit, std::uint64_t offset) {
    return database_.read([&](Connection& db) {
        ProjectPage page;
        Statement count = db.query("SELECT count(*) FROM projects");
        count.step();
        page.total = count.size(0);
        if (offset >= page.total) return page;
        Statement rows =
            db.query(kSelect + "ORDER BY p.number LIMIT ?1 OFFSET ?2", std::min(limit, page.total), offset);
        while (rows.step()) page.projects.push_back(read_project(rows));
        return page;
    });
}

Result<Project> SqliteStore::update_project(const ProjectId& id, std::optional<std::string> name,
                                            std::optional<std::string> description,
                                            std::optional<std::string> settings_json) {
    if (auto checked = check_properties(name, description, settings_json); !checked) return checked.error();
    return database_.write([&](Connection& db) -> Result<Project> {
        db.run(
            "UPDATE projects SET name = coalesce(?2, name), description = coalesce(?3, description), "
            "settings = coalesce(?4, settings), updated_at = ?5 WHERE id = ?1",
            id, name, description, settings_json, clock_.now());
        return find_project(db, id);
    });
}

Result<void> SqliteStore::delete_project(const ProjectId& id) {
    return database_.write([&](Connection& db) -> Result<void> {
        const auto number = project_number(db, id);
        if (!number) return number.error();
        db.run("UPDATE versions SET replaced_at = ?2 WHERE project = ?1 AND replaced_at IS NULL", *number,
               clock_.now());
        db.run("DELETE FROM projects WHERE number = ?1", *number);
        return {};
    });
}

}  // namespace smew::catalog
