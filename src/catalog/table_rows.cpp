#include "catalog/table_rows.hpp"

#include "catalog/errors.hpp"

#include <algorithm>
#include <unordered_set>

namespace smew::catalog {
namespace {

constexpr std::size_t kMaxColumns = 10'000;

std::string described_in(const Descriptions& descriptions, std::string_view column) {
    const auto found =
        std::ranges::find_if(descriptions, [&](const auto& entry) { return equal_ignoring_case(entry.first, column); });
    return found == descriptions.end() ? std::string() : found->second;
}

Result<void> check_column(const link::ColumnSpec& column) {
    if (auto checked = check_column_name(column.name); !checked) return checked;
    const std::string what = "of column " + in_quotes(column.name);
    if (column.type.empty()) return bad_value("the type " + what + " is empty");
    if (auto checked = check_text("the type " + what, column.type, kMaxTextBytes); !checked) return checked;
    return check_text("the default " + what, column.default_expression, kMaxTextBytes);
}

Result<void> check_columns(const std::vector<link::ColumnSpec>& columns) {
    if (columns.empty()) return bad_value("a table needs at least one column");
    if (columns.size() > kMaxColumns) {
        return bad_value("a table has at most " + std::to_string(kMaxColumns) + " columns");
    }
    std::unordered_set<std::string> seen;
    for (const auto& column : columns) {
        if (auto checked = check_column(column); !checked) return checked;
        if (!seen.insert(ascii_lower(column.name)).second) {
            return bad_value("column " + in_quotes(column.name) + " is named twice");
        }
    }
    return {};
}

// In the columns' spelling.
Result<std::vector<std::string>> resolved_key(const NewVersion& version) {
    std::vector<std::string> key;
    for (const auto& name : version.primary_key) {
        const auto column = std::ranges::find_if(
            version.columns, [&](const auto& candidate) { return equal_ignoring_case(candidate.name, name); });
        if (column == version.columns.end()) {
            return bad_value("primary key column " + in_quotes(name) + " is not a column of the table");
        }
        if (std::ranges::find(key, column->name) != key.end()) {
            return bad_value("primary key column " + in_quotes(name) + " is named twice");
        }
        key.push_back(column->name);
    }
    return key;
}

}  // namespace

const std::string kSelectTables = R"(
SELECT t.number, p.id, b.schema, t.name, t.description, t.column_descriptions, t.created_at, t.updated_at,
       v.number, v.file, v.row_count, v.size_bytes, v.columns, v.primary_key
FROM projects p CROSS JOIN buckets b ON b.project = p.number CROSS JOIN tables t ON t.bucket = b.number
     CROSS JOIN versions v ON v.table_number = t.number AND v.replaced_at IS NULL )";

Table read_table(const Statement& row) {
    Table table{.id = TableId(row.integer(0)),
                .project = ProjectId(row.text(1)),
                .bucket = row.text(2),
                .name = row.text(3),
                .description = row.text(4),
                .columns = columns_from_json(row.text_view(12)),
                .primary_key = names_from_json(row.text_view(13)),
                .created_at = row.time(6),
                .updated_at = row.time(7),
                .version = VersionId(row.integer(8)),
                .version_file = row.text(9),
                .row_count = row.size(10),
                .size_bytes = row.size(11)};
    const Descriptions descriptions = descriptions_from_json(row.text_view(5));
    table.column_descriptions.resize(table.columns.size());
    if (descriptions.empty()) return table;
    std::ranges::transform(table.columns, table.column_descriptions.begin(),
                           [&](const auto& column) { return described_in(descriptions, column.name); });
    return table;
}

Result<Table> find_table(Connection& db, const TableId& id) {
    // From the table upwards: the order that kSelectTables fixes would walk through every project.
    Statement found = db.query(kSelectTables +
                                   "WHERE p.number = (SELECT project FROM buckets WHERE number = "
                                   "(SELECT bucket FROM tables WHERE number = ?1)) AND b.number = "
                                   "(SELECT bucket FROM tables WHERE number = ?1) AND t.number = ?1",
                               id);
    if (!found.step()) return not_found("table", std::to_string(id.value()));
    return read_table(found);
}

void insert_version(Connection& db, const VersionOwner& owner, const NewVersion& version, WallTime now) {
    db.run(
        "INSERT INTO versions (table_number, project, bucket, file, row_count, size_bytes, columns, primary_key, "
        "created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        owner.table, owner.project, owner.bucket, version.file, version.row_count, version.size_bytes,
        to_json(version.columns), to_json(version.primary_key), now);
}

Result<NewVersion> checked_version(const NewVersion& version) {
    if (version.file.empty()) return bad_value("a table version needs a file");
    if (auto checked = check_columns(version.columns); !checked) return checked.error();
    auto key = resolved_key(version);
    if (!key) return key.error();
    NewVersion checked = version;
    checked.primary_key = std::move(*key);
    return checked;
}

Descriptions descriptions_for(const std::vector<link::ColumnSpec>& columns, const Descriptions& known) {
    Descriptions kept;
    for (const auto& column : columns) {
        auto text = described_in(known, column.name);
        if (!text.empty()) kept.emplace_back(column.name, std::move(text));
    }
    return kept;
}

}  // namespace smew::catalog
