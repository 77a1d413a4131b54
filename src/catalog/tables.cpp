#include "catalog/errors.hpp"
#include "catalog/sqlite_store.hpp"
#include "catalog/table_rows.hpp"

#include <algorithm>

namespace smew::catalog {
namespace {

// One statement when all goes well; which of the three names is unknown is found out only afterwards.
Result<Table> named_table(Connection& db, const ProjectId& project, std::string_view bucket, std::string_view name) {
    if (const auto schema = schema_of_bucket(bucket)) {
        Statement found =
            db.query(kSelectTables + "WHERE p.id = ?1 AND b.schema = ?2 AND t.name = ?3", project, *schema, name);
        if (found.step()) return read_table(found);
    }
    if (auto row = find_bucket(db, project, bucket); !row) return row.error();
    return not_found("table", name);
}

std::vector<Table> read_tables(Statement rows) {
    std::vector<Table> tables;
    while (rows.step()) tables.push_back(read_table(rows));
    return tables;
}

Result<void> check_description(std::string_view text) {
    return check_text("the description", text, kMaxTextBytes);
}

Result<Descriptions> paired(const std::vector<link::ColumnSpec>& columns, const std::vector<std::string>& texts) {
    if (texts.size() > columns.size()) return bad_value("there are more column descriptions than columns");
    Descriptions descriptions;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (auto checked = check_description(texts[i]); !checked) return checked.error();
        if (!texts[i].empty()) descriptions.emplace_back(columns[i].name, texts[i]);
    }
    return descriptions;
}

// The table's column descriptions with `changes` made to them.
Result<Descriptions> changed_descriptions(const Table& table, const Descriptions& changes) {
    std::vector<std::string> texts = table.column_descriptions;
    for (const auto& [name, text] : changes) {
        const auto column = std::ranges::find_if(
            table.columns, [&](const auto& candidate) { return equal_ignoring_case(candidate.name, name); });
        if (column == table.columns.end()) return not_found("column", name);
        texts[static_cast<std::size_t>(column - table.columns.begin())] = text;
    }
    return paired(table.columns, texts);
}

}  // namespace

Result<Table> SqliteStore::create_table(const ProjectId& project, std::string_view bucket, std::string_view name,
                                        std::string_view description,
                                        const std::vector<std::string>& column_descriptions, const NewVersion& first) {
    if (auto checked = check_table_name(name); !checked) return checked.error();
    if (auto checked = check_description(description); !checked) return checked.error();
    const auto version = checked_version(first);
    if (!version) return version.error();
    const auto descriptions = paired(version->columns, column_descriptions);
    if (!descriptions) return descriptions.error();

    return database_.write([&](Connection& db) -> Result<Table> {
        const auto owner = find_bucket(db, project, bucket);
        if (!owner) return owner.error();
        const WallTime now = clock_.now();
        const auto made = db.run(
            "INSERT INTO tables (bucket, name, description, column_descriptions, created_at, updated_at) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (bucket, name) DO NOTHING",
            owner->number, name, description, to_json(*descriptions), now);
        if (made == 0) return exists_already("table", name);
        const TableId id(db.last_insert_id());
        insert_version(db, {.project = owner->project, .bucket = owner->number, .table = id.value()}, *version, now);
        return find_table(db, id);
    });
}

Result<Table> SqliteStore::table(const ProjectId& project, std::string_view bucket, std::string_view name) {
    return database_.read([&](Connection& db) { return named_table(db, project, bucket, name); });
}

Result<std::vector<Table>> SqliteStore::tables(const ProjectId& project, std::string_view bucket) {
    return database_.read([&](Connection& db) -> Result<std::vector<Table>> {
        const auto row = find_bucket(db, project, bucket);
        if (!row) return row.error();
        return read_tables(db.query(kSelectTables + "WHERE p.number = ?1 AND b.number = ?2 ORDER BY t.name",
                                    row->project, row->number));
    });
}

Result<std::vector<Table>> SqliteStore::all_tables(const ProjectId& project) {
    return database_.read([&](Connection& db) -> Result<std::vector<Table>> {
        const auto number = project_number(db, project);
        if (!number) return number.error();
        return read_tables(db.query(kSelectTables + "WHERE p.number = ?1 ORDER BY b.schema, t.name", *number));
    });
}

Result<Table> SqliteStore::set_descriptions(const TableId& id, std::optional<std::string> description,
                                            const std::vector<std::pair<std::string, std::string>>& columns) {
    if (description) {
        if (auto checked = check_description(*description); !checked) return checked.error();
    }
    return database_.write([&](Connection& db) -> Result<Table> {
        const auto table = find_table(db, id);
        if (!table) return table.error();
        const auto descriptions = changed_descriptions(*table, columns);
        if (!descriptions) return descriptions.error();
        db.run(
            "UPDATE tables SET description = coalesce(?2, description), column_descriptions = ?3, updated_at = ?4 "
            "WHERE number = ?1",
            id, description, to_json(*descriptions), clock_.now());
        return find_table(db, id);
    });
}

Result<void> SqliteStore::delete_table(const ProjectId& project, std::string_view bucket, std::string_view name) {
    return database_.write([&](Connection& db) -> Result<void> {
        const auto table = named_table(db, project, bucket, name);
        if (!table) return table.error();
        db.run("UPDATE versions SET replaced_at = ?2 WHERE table_number = ?1 AND replaced_at IS NULL", table->id,
               clock_.now());
        db.run("DELETE FROM tables WHERE number = ?1", table->id);
        return {};
    });
}

}  // namespace smew::catalog
