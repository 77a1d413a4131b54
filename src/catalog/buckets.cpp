#include "catalog/errors.hpp"
#include "catalog/sqlite_store.hpp"

namespace smew::catalog {
namespace {

const std::string kSelect = R"(
SELECT b.schema, b.name, b.description, b.created_at,
       (SELECT count(*) FROM versions v
        WHERE v.project = b.project AND v.bucket = b.number AND v.replaced_at IS NULL),
       (SELECT coalesce(sum(v.size_bytes), 0) FROM versions v
        WHERE v.project = b.project AND v.bucket = b.number AND v.replaced_at IS NULL),
       b.number
FROM buckets b )";

Bucket read_bucket(const Statement& row) {
    return {.schema = row.text(0),
            .name = row.text(1),
            .description = row.text(2),
            .created_at = row.time(3),
            .table_count = row.size(4),
            .size_bytes = row.size(5),
            .number = row.integer(6)};
}

Result<Bucket> bucket_of_row(Connection& db, std::int64_t number) {
    Statement found = db.query(kSelect + "WHERE b.number = ?1", number);
    found.step();
    return read_bucket(found);
}

Error bucket_exists(Connection& db, std::int64_t project, std::string_view name, const std::string& schema) {
    Statement owner = db.query("SELECT name FROM buckets WHERE project = ?1 AND schema = ?2", project, schema);
    owner.step();
    Error error = exists_already("bucket", name);
    if (owner.text_view(0) != name) {
        error.detail = "Its schema " + in_quotes(schema) + " belongs to bucket " + in_quotes(owner.text_view(0)) + ".";
    }
    return error;
}

bool has_tables(Connection& db, std::int64_t bucket) {
    Statement found = db.query("SELECT 1 FROM tables WHERE bucket = ?1 LIMIT 1", bucket);
    return found.step();
}

}  // namespace

Result<BucketRow> find_bucket(Connection& db, const ProjectId& project, std::string_view name_or_schema) {
    const auto number = project_number(db, project);
    if (!number) return number.error();
    const auto schema = schema_of_bucket(name_or_schema);
    if (!schema) return not_found("bucket", name_or_schema);  // what is no name names no bucket
    Statement found = db.query("SELECT number FROM buckets WHERE project = ?1 AND schema = ?2", *number, *schema);
    if (!found.step()) return not_found("bucket", name_or_schema);
    return BucketRow{.number = found.integer(0), .project = *number, .schema = *schema};
}

Result<Bucket> SqliteStore::create_bucket(const ProjectId& project, std::string_view name,
                                          std::string_view description) {
    const auto schema = schema_of_bucket(name);
    if (!schema) return schema.error();
    const auto checked = check_text("the bucket's description", description, kMaxTextBytes);
    if (!checked) return checked.error();
    return database_.write([&](Connection& db) -> Result<Bucket> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        const auto made = db.run(
            "INSERT INTO buckets (project, schema, name, description, created_at) VALUES (?1, ?2, ?3, ?4, ?5) "
            "ON CONFLICT (project, schema) DO NOTHING",
            *number, *schema, name, description, clock_.now());
        if (made == 0) return bucket_exists(db, *number, name, *schema);
        return bucket_of_row(db, db.last_insert_id());
    });
}

Result<Bucket> SqliteStore::bucket(const ProjectId& project, std::string_view name_or_schema) {
    return database_.read([&](Connection& db) -> Result<Bucket> {
        const auto row = find_bucket(db, project, name_or_schema);
        if (!row) return row.error();
        return bucket_of_row(db, row->number);
    });
}

Result<std::vector<Bucket>> SqliteStore::buckets(const ProjectId& project) {
    return database_.read([&](Connection& db) -> Result<std::vector<Bucket>> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        std::vector<Bucket> found;
        Statement rows = db.query(kSelect + "WHERE b.project = ?1 ORDER BY b.schema", *number);
        while (rows.step()) found.push_back(read_bucket(rows));
        return found;
    });
}

Result<void> SqliteStore::delete_bucket(const ProjectId& project, std::string_view name_or_schema, bool cascade) {
    return database_.write([&](Connection& db) -> Result<void> {
        const auto row = find_bucket(db, project, name_or_schema);
        if (!row) return row.error();
        if (!cascade && has_tables(db, row->number)) {
            return wrong_state("bucket " + in_quotes(name_or_schema) + " has tables",
                               "Delete its tables first, or delete it with cascade.");
        }
        db.run("UPDATE versions SET replaced_at = ?3 WHERE project = ?1 AND bucket = ?2 AND replaced_at IS NULL",
               row->project, row->number, clock_.now());
        db.run("DELETE FROM buckets WHERE number = ?1", row->number);
        return {};
    });
}

}  // namespace smew::catalog
