// Columns of tables and views: what pg_attribute lists.
#include "engine/catalog_function.hpp"
#include "engine/shown_sql.hpp"
#include "engine/table_constraints.hpp"
#include "engine/user_types.hpp"
#include "pgcatalog/system_relations.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/duck_index_entry.hpp>
#include <duckdb/catalog/catalog_entry/view_catalog_entry.hpp>
#include <duckdb/main/query_result.hpp>
#include <duckdb/parser/constraints/not_null_constraint.hpp>
#include <duckdb/parser/constraints/unique_constraint.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>

#include <set>
#include <unordered_map>

namespace smew::engine {
namespace {

using duckdb::CatalogType;

struct Column {
    std::int64_t relation_oid = 0;
    std::string relation;
    std::int64_t schema_oid = 0;
    std::string schema;
    char kind = 'r';
    std::int64_t owner = kUserRole;
    std::string name;
    std::int16_t number = 0;
    std::int64_t type_oid = 0;
    std::int32_t modifier = -1;
    std::string type_name, type_schema, sql_type;
    std::int16_t length = -1;
    bool by_value = false;
    char alignment = 'i', storage = 'x';
    std::int64_t collation = 0;
    bool not_null = false;
    char generated = '\0';
    std::optional<std::string> value, comment;  // the default's or generated column's expression
};

void set_type(Column& column, const ColumnTypes::Described& type) {
    column.type_oid = type.oid;
    column.modifier = type.modifier;
    column.type_name = type.name;
    column.type_schema = type.schema;
    column.sql_type = type.sql_name;
    column.length = type.length;
    column.by_value = type.by_value;
    column.alignment = type.alignment;
    column.storage = type.storage;
    column.collation = type.collation;
}

Column base(const OwnSchema& schema, const duckdb::CatalogEntry& relation, char kind) {
    Column column;
    column.relation_oid = oid_of(relation);
    column.relation = relation.name;
    column.schema_oid = schema.oid;
    column.schema = schema.name;
    column.kind = kind;
    return column;
}

// DuckDB does not state NOT NULL for the columns of a primary key; they are.
std::set<std::size_t> not_null_columns(const duckdb::TableCatalogEntry& table) {
    std::set<std::size_t> columns;
    for (const auto& constraint : table.GetConstraints()) {
        if (constraint->type == duckdb::ConstraintType::NOT_NULL) {
            columns.insert(constraint->Cast<duckdb::NotNullConstraint>().index.index);
        } else if (constraint->type == duckdb::ConstraintType::UNIQUE) {
            const auto& unique = constraint->Cast<duckdb::UniqueConstraint>();
            if (!unique.IsPrimaryKey()) continue;
            for (const auto& index : unique.GetLogicalIndexes(table.GetColumns())) columns.insert(index.index);
        }
    }
    return columns;
}

// An index has columns of its table, under numbers of its own; expressions are left out. `first`: where the table's
// columns begin.
void add_index(std::vector<Column>& out, std::size_t first, std::int64_t oid, const std::string& name,
               std::span<const std::int16_t> numbers) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (numbers[i] == 0) continue;
        Column column = out[first + static_cast<std::size_t>(numbers[i]) - 1];
        column.relation_oid = oid;
        column.relation = name;
        column.kind = 'i';
        column.number = static_cast<std::int16_t>(i + 1);
        column.not_null = false;
        column.generated = '\0';
        column.value.reset();
        column.comment.reset();
        out.push_back(std::move(column));
    }
}

void add_constraint_indexes(duckdb::ClientContext& context, std::vector<Column>& out, std::size_t first,
                            duckdb::TableCatalogEntry& table) {
    for (const TableConstraint& constraint : constraints_of(context, table)) {
        if (!constraint.has_index()) continue;
        add_index(out, first, oid_of_constraint(table, constraint.place), constraint.name, constraint.columns);
    }
}

std::vector<std::int16_t> numbers_of(duckdb::IndexCatalogEntry& index, duckdb::TableCatalogEntry& table) {
    std::vector<std::int16_t> numbers;
    for (const auto& expression : index.parsed_expressions) {
        if (expression->GetExpressionType() != duckdb::ExpressionType::COLUMN_REF) {
            numbers.push_back(0);
            continue;
        }
        std::string name = expression->Cast<duckdb::ColumnRefExpression>().GetColumnName();
        numbers.push_back(static_cast<std::int16_t>(table.GetColumnIndex(name).index + 1));
    }
    return numbers;
}

// `places`: where the columns of each table begin, by its number.
void add_made_indexes(duckdb::ClientContext& context, std::vector<Column>& out, const OwnSchema& schema,
                      const std::unordered_map<std::int64_t, std::size_t>& places) {
    for (auto& entry : entries_of(context, schema, CatalogType::INDEX_ENTRY)) {
        auto& index = entry.get().Cast<duckdb::IndexCatalogEntry>();
        auto& table = index.ParentCatalog().GetEntry<duckdb::TableCatalogEntry>(context, index.GetSchemaName(),
                                                                                index.GetTableName());
        const auto place = places.find(oid_of(table));
        if (place == places.end()) continue;
        add_index(out, place->second, oid_of(index), index.name, numbers_of(index, table));
    }
}

void add_table(std::vector<Column>& out, ColumnTypes& types, const OwnSchema& schema,
               const duckdb::TableCatalogEntry& table) {
    const auto not_null = not_null_columns(table);
    for (const duckdb::ColumnDefinition& definition : table.GetColumns().Logical()) {
        Column column = base(schema, table, 'r');
        column.name = definition.Name();
        column.number = static_cast<std::int16_t>(definition.Logical().index + 1);
        set_type(column, types.describe(definition.Type()));
        column.not_null = not_null.contains(definition.Logical().index);
        if (!definition.Comment().IsNull()) column.comment = definition.Comment().ToString();
        if (definition.Generated()) {
            column.generated = 's';
            column.value = shown_sql(definition.GeneratedExpression());
        } else if (definition.HasDefaultValue()) {
            column.value = shown_sql(definition.DefaultValue());
        }
        out.push_back(std::move(column));
    }
}

// A view that does not bind any more (a table of it is gone) is listed without columns.
void add_view(duckdb::ClientContext& context, std::vector<Column>& out, ColumnTypes& types, const OwnSchema& schema,
              duckdb::ViewCatalogEntry& view) {
    try {
        view.BindView(context);
    } catch (const std::exception&) {
    }
    const auto columns = view.GetColumnInfo();
    if (!columns) return;
    auto names = columns->names;
    duckdb::QueryResult::DeduplicateColumns(names);
    for (std::size_t i = 0; i < columns->types.size(); ++i) {
        Column column = base(schema, view, 'v');
        column.name = i < view.aliases.size() ? view.aliases[i] : names[i];
        column.number = static_cast<std::int16_t>(i + 1);
        set_type(column, types.describe(columns->types[i]));
        const duckdb::Value comment = view.GetColumnComment(i);
        if (!comment.IsNull()) column.comment = comment.ToString();
        out.push_back(std::move(column));
    }
}

void add_sequence(std::vector<Column>& out, ColumnTypes& types, const OwnSchema& schema,
                  const duckdb::CatalogEntry& sequence) {
    std::int16_t number = 0;
    for (const auto& [name, type] : {std::pair("last_value", "int8"), {"log_cnt", "int8"}, {"is_called", "bool"}}) {
        Column column = base(schema, sequence, 'S');
        column.name = name;
        column.number = ++number;
        column.not_null = true;
        set_type(column, types.describe_catalog_type(type));
        out.push_back(std::move(column));
    }
}

void add_own(duckdb::ClientContext& context, std::vector<Column>& out, ColumnTypes& types) {
    for (const OwnSchema& schema : own_schemas(context)) {
        std::unordered_map<std::int64_t, std::size_t> places;
        for (auto& entry : entries_of(context, schema, CatalogType::TABLE_ENTRY)) {
            if (entry.get().type == CatalogType::VIEW_ENTRY) {
                add_view(context, out, types, schema, entry.get().Cast<duckdb::ViewCatalogEntry>());
            } else {
                auto& table = entry.get().Cast<duckdb::TableCatalogEntry>();
                const std::size_t first = places.emplace(oid_of(table), out.size()).first->second;
                add_table(out, types, schema, table);
                add_constraint_indexes(context, out, first, table);
            }
        }
        add_made_indexes(context, out, schema, places);
        for (auto& entry : entries_of(context, schema, CatalogType::SEQUENCE_ENTRY)) {
            add_sequence(out, types, schema, entry);
        }
    }
}

void add_project(const ProjectCatalog& project, std::vector<Column>& out, ColumnTypes& types) {
    const auto schemas = project_schema_oids(project);
    for (const ProjectTable& table : project.tables) {
        const auto schema = schemas.find(table.schema);
        if (schema == schemas.end()) continue;  // the bucket went while the list was made
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const ProjectColumn& from = table.columns[i];
            Column& column = out.emplace_back();
            column.relation_oid = oid_of_project_table(table.table_id);
            column.relation = table.name;
            column.schema_oid = schema->second;
            column.schema = table.schema;
            column.owner = kProjectRole;
            column.name = from.name;
            column.number = static_cast<std::int16_t>(i + 1);
            set_type(column, types.describe(from.type));
            column.not_null =
                !from.nullable || std::ranges::find(table.primary_key, from.name) != table.primary_key.end();
            column.comment = text_or_nothing(from.description);
        }
        add_index(out, out.size() - table.columns.size(), oid_of_project_key(table.table_id), table.name + "_pkey",
                  key_numbers(table));
    }
}

void add_system(std::span<const pgcatalog::SystemRelation> relations, std::int64_t schema_oid, const char* schema,
                std::vector<Column>& out, ColumnTypes& types) {
    for (const pgcatalog::SystemRelation& system : relations) {
        std::int16_t number = 0;
        for (const auto& [name, type] : split_columns(system.columns)) {
            Column& column = out.emplace_back();
            column.relation_oid = system.oid;
            column.relation = system.name;
            column.schema_oid = schema_oid;
            column.schema = schema;
            column.kind = system.kind;
            column.owner = kSystemRole;
            column.name = name;
            column.number = ++number;
            set_type(column, types.describe_catalog_type(type));
        }
    }
}

std::vector<Column> collect(duckdb::ClientContext& context) {
    std::vector<Column> columns;
    ColumnTypes types(context);
    add_system(pgcatalog::system_tables(), kPgCatalogOid, "pg_catalog", columns, types);
    add_system(pgcatalog::system_views(), kPgCatalogOid, "pg_catalog", columns, types);
    add_system(pgcatalog::information_schema_views(), kInformationSchemaOid, "information_schema", columns, types);
    add_own(context, columns, types);
    add_project(*project_of(context), columns, types);
    return columns;
}

}  // namespace

duckdb::TableFunction catalog_columns() {
    return table_function<Column>({"smew_columns",
                                   {column("relation_oid", "oid", &Column::relation_oid),
                                    column("relation", "name", &Column::relation),
                                    column("schema_oid", "oid", &Column::schema_oid),
                                    column("schema", "name", &Column::schema),
                                    column("kind", "char", &Column::kind),
                                    column("owner", "oid", &Column::owner),
                                    column("name", "name", &Column::name),
                                    column("number", "int2", &Column::number),
                                    column("type_oid", "oid", &Column::type_oid),
                                    column("modifier", "int4", &Column::modifier),
                                    column("type_name", "name", &Column::type_name),
                                    column("type_schema", "name", &Column::type_schema),
                                    column("sql_type", "text", &Column::sql_type),
                                    column("length", "int2", &Column::length),
                                    column("by_value", "bool", &Column::by_value),
                                    column("alignment", "char", &Column::alignment),
                                    column("storage", "char", &Column::storage),
                                    column("collation_oid", "oid", &Column::collation),
                                    column("not_null", "bool", &Column::not_null),
                                    column("generated", "char", &Column::generated),
                                    column("default_value", "text", &Column::value),
                                    column("comment", "text", &Column::comment)},
                                   collect,
                                   // Clients that give no order expect a table's columns in theirs.
                                   1000});
}

}  // namespace smew::engine
