#include "engine/loader_table.hpp"

#include "engine/duckdb_instance.hpp"
#include "engine/loader_expression.hpp"
#include "engine/loader_sql.hpp"

#include <algorithm>
#include <charconv>

namespace smew::engine::loader {
namespace {

constexpr std::size_t kMaxColumns = 10'000;
constexpr std::size_t kShownValueBytes = 200;

std::string column_sql(const link::ColumnSpec& column) {
    std::string sql = sql_identifier(column.name) + " " + column.type;
    if (!column.default_expression.empty()) sql += " DEFAULT " + column.default_expression;
    if (!column.nullable) sql += " NOT NULL";
    return sql;
}

Result<link::ColumnSpec> checked_column(JobDatabase& database, const link::ColumnSpec& column) {
    if (auto valid = checked_column_name(column.name); !valid) return valid.error();
    auto type = checked_type(database, column.type);
    if (!type) return type.error();
    link::ColumnSpec checked{column.name, *type, column.nullable, {}};
    if (column.default_expression.empty()) return checked;
    auto value =
        checked_expression(database, "the default of column \"" + column.name + "\"", column.default_expression, {});
    if (!value) return value.error();
    // Now rather than at the first row that needs it.
    if (auto made = database.query("SELECT CAST(" + *value + " AS " + *type + ")"); !made) return made.error();
    checked.default_expression = *value;
    return checked;
}

// (id, day)=(5, 2024-01-01)
std::string shown_key(const std::vector<std::string>& key, const Row& values) {
    std::string names, shown;
    for (std::size_t i = 0; i < key.size(); ++i) {
        names += (i == 0 ? "" : ", ") + key[i];
        shown += (i == 0 ? "" : ", ") + shortened(values[i].value_or("NULL"), kShownValueBytes);
    }
    return "(" + names + ")=(" + shown + ")";
}

std::string prefixed(std::string_view alias, const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) {
        if (!out.empty()) out += ", ";
        out.append(alias).append(".").append(sql_identifier(name));
    }
    return out;
}

}  // namespace

std::vector<std::string> Table::names() const {
    std::vector<std::string> names;
    for (const link::ColumnSpec& column : columns) names.push_back(column.name);
    return names;
}

Result<Table> attach_base(JobDatabase& database, const std::string& file) {
    if (auto attached = database.attach(kBase, file, AttachMode::kReadOnly); !attached) return attached.error();
    return describe_table(database, kBase);
}

Result<Table> describe_table(JobDatabase& database, std::string_view attached) {
    auto rows = database.query(
        "SELECT column_name, data_type, CAST(is_nullable AS VARCHAR), column_default FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND table_name = 'data' AND database_name = " +
        sql_literal(attached) + " ORDER BY column_index");
    if (!rows) return rows.error();
    if (rows->empty()) return Error{sqlstate::kDataCorrupted, "the table's current version holds no table"};
    Table table;
    for (const Row& row : *rows) {
        table.columns.push_back({row[0].value_or(""), row[1].value_or(""), row[2] == "true", row[3].value_or("")});
    }
    return table;
}

Result<Table> checked_table(JobDatabase& database, const std::vector<link::ColumnSpec>& columns,
                            const std::vector<std::string>& primary_key) {
    if (columns.empty()) return Error{sqlstate::kInvalidTableDefinition, "a table needs at least one column"};
    if (columns.size() > kMaxColumns) {
        return Error{sqlstate::kProgramLimitExceeded, "a table can have at most 10000 columns"};
    }
    Table table;
    std::vector<std::string> names;
    for (const link::ColumnSpec& column : columns) {
        if (find_identifier(names, column.name) < names.size()) {
            return Error{sqlstate::kDuplicateColumn, "column \"" + column.name + "\" is specified more than once"};
        }
        auto checked = checked_column(database, column);
        if (!checked) return checked.error();
        table.columns.push_back(*std::move(checked));
        names.push_back(column.name);
    }
    auto key = checked_key(table, primary_key);
    if (!key) return key.error();
    table.primary_key = *std::move(key);
    for (const std::string& name : table.primary_key) {
        table.columns[find_identifier(names, name)].nullable = false;
    }
    return table;
}

Result<std::vector<std::string>> checked_key(const Table& table, const std::vector<std::string>& primary_key) {
    const std::vector<std::string> names = table.names();
    std::vector<std::string> key;
    for (const std::string& name : primary_key) {
        const std::size_t at = find_identifier(names, name);
        if (at == names.size()) {
            return Error{sqlstate::kUndefinedColumn,
                         "column \"" + shortened(name, 255) + "\" of the primary key does not exist"};
        }
        if (find_identifier(key, name) < key.size()) {
            return Error{sqlstate::kDuplicateColumn, "column \"" + name + "\" appears twice in the primary key"};
        }
        key.push_back(names[at]);
    }
    return key;
}

Result<void> create_table(JobDatabase& database, std::string_view target, const Table& table) {
    std::string columns;
    for (const link::ColumnSpec& column : table.columns) columns += (columns.empty() ? "" : ", ") + column_sql(column);
    const bool temporary = target == kStageTable;
    auto created = database.run(std::string("CREATE ") + (temporary ? "TEMP " : "") + "TABLE " + std::string(target) +
                                " (" + columns + ")");
    if (!created) return created.error();
    return {};
}

Result<void> check_unique(JobDatabase& database, std::string_view relation, const std::vector<std::string>& key) {
    if (key.empty()) return {};
    const std::string names = quote_identifiers(key);
    auto repeated = database.query("SELECT " + names + ", count(*) FROM " + std::string(relation) + " GROUP BY " +
                                   names + " HAVING count(*) > 1 LIMIT 1");
    if (!repeated) return repeated.error();
    if (repeated->empty()) return {};
    const Row& row = repeated->front();
    const std::string shown = shown_key(key, row);
    return Error{sqlstate::kUniqueViolation, "duplicate key value violates the primary key: " + shown,
                 "Key " + shown + " occurs " + row.back().value_or("several") + " times."};
}

Result<void> check_disjoint(JobDatabase& database, std::string_view present, std::string_view added,
                            const std::vector<std::string>& key) {
    if (key.empty()) return {};
    auto both = database.query("SELECT " + prefixed("a", key) + " FROM " + std::string(present) + " p JOIN " +
                               std::string(added) + " a ON " + keys_equal("p", "a", key) + " LIMIT 1");
    if (!both) return both.error();
    if (both->empty()) return {};
    const std::string shown = shown_key(key, both->front());
    return Error{sqlstate::kUniqueViolation, "duplicate key value violates the primary key: " + shown,
                 "Key " + shown + " already exists.", "Use mode upsert to replace rows that exist."};
}

std::string keys_equal(std::string_view left, std::string_view right, const std::vector<std::string>& key) {
    std::string sql;
    for (const std::string& name : key) {
        const std::string column = "." + sql_identifier(name);
        sql += (sql.empty() ? "" : " AND ") + std::string(left) + column + " = " + std::string(right) + column;
    }
    return sql;
}

Result<std::uint64_t> count_rows(JobDatabase& database, std::string_view relation) {
    auto rows = database.query("SELECT count(*) FROM " + std::string(relation));
    if (!rows) return rows.error();
    const std::string text = rows->front().front().value_or("0");
    std::uint64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

Error worded_not_null(Error error) {
    // The relation is the load's own and nobody else's business.
    const auto at = error.message.rfind(" of relation \"");
    if (error.code != sqlstate::kNotNullViolation || at == std::string::npos) return error;
    error.message = error.message.substr(0, at) + " violates the not-null constraint";
    return error;
}

}  // namespace smew::engine::loader
