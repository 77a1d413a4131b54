#include "catalog/columns_json.hpp"
#include "catalog/errors.hpp"
#include "catalog/sqlite_store.hpp"

namespace smew::catalog {
namespace {

const std::string kSelect = R"(
SELECT f.id, p.id, f.name, f.content_type, f.sha256, f.path, f.size_bytes, f.uploaded, f.upload_key, f.tags,
       f.created_at, f.expires_at
FROM files f JOIN projects p ON p.number = f.project )";

File read_file(const Statement& row) {
    return {.id = FileId(row.text(0)),
            .project = ProjectId(row.text(1)),
            .name = row.text(2),
            .content_type = row.text(3),
            .sha256 = row.text(4),
            .path = row.text(5),
            .size_bytes = row.size(6),
            .uploaded = row.integer(7) != 0,
            .upload_key = row.text(8),
            .tags = names_from_json(row.text_view(9)),
            .created_at = row.time(10),
            .expires_at = row.optional_time(11)};
}

Result<File> find_file(Connection& db, const FileId& id) {
    Statement found = db.query(kSelect + "WHERE f.id = ?1", id);
    if (!found.step()) return not_found("file", id.value());
    return read_file(found);
}

Result<void> check_file(const File& file) {
    if (file.id.value().empty()) return bad_value("the file has no id");
    if (file.name.empty()) return bad_value("the file has no name");
    if (auto checked = check_title("the file's name", file.name); !checked) return checked;
    if (auto checked = check_title("the file's content type", file.content_type); !checked) return checked;
    for (const auto& tag : file.tags) {
        if (auto checked = check_title("a tag of the file", tag); !checked) return checked;
    }
    if (!file.uploaded && file.upload_key.empty()) return bad_value("the file has no upload key");
    return {};
}

bool upload_key_taken(Connection& db, std::int64_t project, const std::optional<std::string>& upload_key) {
    Statement found = db.query("SELECT 1 FROM files WHERE project = ?1 AND upload_key = ?2", project, upload_key);
    return found.step();
}

}  // namespace

// Also takes a file that needs no upload any more (an export).
Result<File> SqliteStore::prepare_file(const ProjectId& project, const File& file) {
    if (auto checked = check_file(file); !checked) return checked.error();
    const auto upload_key = file.uploaded ? std::optional<std::string>() : file.upload_key;
    return database_.write([&](Connection& db) -> Result<File> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        if (upload_key_taken(db, *number, upload_key)) return exists_already("upload", file.upload_key);
        const auto made = db.run(
            "INSERT INTO files (id, project, name, content_type, sha256, path, size_bytes, uploaded, upload_key, tags, "
            "created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
            "ON CONFLICT (id) DO NOTHING",
            file.id, *number, file.name, file.content_type, file.sha256, file.path, file.size_bytes, file.uploaded,
            upload_key, to_json(file.tags), clock_.now(), file.expires_at);
        if (made == 0) return exists_already("file", file.id.value());
        return find_file(db, file.id);
    });
}

Result<File> SqliteStore::file_by_upload_key(const ProjectId& project, std::string_view upload_key) {
    return database_.read([&](Connection& db) -> Result<File> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        Statement found = db.query(kSelect + "WHERE f.project = ?1 AND f.upload_key = ?2", *number, upload_key);
        if (!found.step()) return not_found("upload", upload_key);
        return read_file(found);
    });
}

Result<File> SqliteStore::complete_file(const FileId& id, std::string_view path, std::uint64_t size,
                                        std::string_view sha256) {
    return database_.write([&](Connection& db) -> Result<File> {
        const auto changed = db.run(
            "UPDATE files SET path = ?2, size_bytes = ?3, sha256 = ?4, uploaded = 1, upload_key = NULL "
            "WHERE id = ?1 AND uploaded = 0",
            id, path, size, sha256);
        auto file = find_file(db, id);
        if (file && changed == 0) return wrong_state("file " + in_quotes(id.value()) + " is uploaded already");
        return file;
    });
}

Result<File> SqliteStore::file(const ProjectId& project, const FileId& id) {
    return database_.read([&](Connection& db) -> Result<File> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        auto found = find_file(db, id);
        if (found && found->project != project) return not_found("file", id.value());
        return found;
    });
}

Result<std::vector<File>> SqliteStore::files(const ProjectId& project) {
    return database_.read([&](Connection& db) -> Result<std::vector<File>> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        std::vector<File> found;
        Statement rows = db.query(kSelect + "WHERE f.project = ?1 ORDER BY f.created_at, f.id", *number);
        while (rows.step()) found.push_back(read_file(rows));
        return found;
    });
}

Result<void> SqliteStore::delete_file(const ProjectId& project, const FileId& id) {
    return database_.write([&](Connection& db) -> Result<void> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        if (db.run("DELETE FROM files WHERE id = ?1 AND project = ?2", id, *number) == 1) return {};
        return not_found("file", id.value());
    });
}

std::vector<std::string> SqliteStore::file_paths() {
    return database_.read([](Connection& db) {
        std::vector<std::string> paths;
        Statement rows = db.query("SELECT path FROM files WHERE path <> ''");
        while (rows.step()) paths.push_back(rows.text(0));
        return paths;
    });
}

}  // namespace smew::catalog
