// Constraints and indexes: what pg_constraint and pg_index list.
#include "engine/catalog_function.hpp"
#include "engine/shown_sql.hpp"
#include "engine/sql_names.hpp"
#include "engine/table_constraints.hpp"
#include "engine/workspace_objects.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/duck_index_entry.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

using duckdb::CatalogType;

// ---------------------------------------------------------------- constraints

struct Constraint {
    std::int64_t oid = 0;
    std::string name;
    std::int64_t schema_oid = 0, table_oid = 0;
    char kind = 'c';
    std::vector<std::int16_t> columns;
    std::int64_t index_oid = 0, referenced_table = 0;
    std::vector<std::int16_t> referenced_columns;
    std::optional<std::string> expression;
    std::string definition;
};

void add_own(duckdb::ClientContext& context, const OwnSchema& schema, duckdb::TableCatalogEntry& table,
             std::vector<Constraint>& out) {
    for (TableConstraint& from : constraints_of(context, table)) {
        Constraint constraint;
        constraint.oid = oid_of_constraint(table, from.place);
        constraint.name = std::move(from.name);
        constraint.schema_oid = schema.oid;
        constraint.table_oid = oid_of(table);
        constraint.kind = from.kind;
        constraint.columns = std::move(from.columns);
        constraint.index_oid = from.has_index() ? constraint.oid : 0;
        constraint.referenced_table = from.referenced_table;
        constraint.referenced_columns = std::move(from.referenced_columns);
        constraint.expression = text_or_nothing(from.expression);
        constraint.definition = std::move(from.definition);
        out.push_back(std::move(constraint));
    }
}

template <class Visit>
void for_each_project_key(const ProjectCatalog& project, Visit&& visit) {
    const auto schemas = project_schema_oids(project);
    for (const ProjectTable& table : project.tables) {
        const auto schema = schemas.find(table.schema);
        if (schema != schemas.end() && !table.primary_key.empty()) visit(table, schema->second);
    }
}

template <class Visit>
void for_each_own_table(duckdb::ClientContext& context, Visit&& visit) {
    for (const OwnSchema& schema : own_schemas(context)) {
        for (auto& entry : entries_of(context, schema, CatalogType::TABLE_ENTRY)) {
            if (entry.get().type != CatalogType::TABLE_ENTRY) continue;
            visit(schema, entry.get().Cast<duckdb::TableCatalogEntry>());
        }
    }
}

// A foreign key's index is the one of the key it refers to.
void find_referenced_indexes(std::vector<Constraint>& constraints) {
    for (Constraint& constraint : constraints) {
        if (constraint.kind != 'f') continue;
        const auto key = std::ranges::find_if(constraints, [&](const Constraint& other) {
            return other.kind != 'f' && other.index_oid != 0 && other.table_oid == constraint.referenced_table &&
                   other.columns == constraint.referenced_columns;
        });
        if (key != constraints.end()) constraint.index_oid = key->index_oid;
    }
}

std::vector<Constraint> collect_constraints(duckdb::ClientContext& context) {
    std::vector<Constraint> constraints;
    for_each_own_table(context, [&](const OwnSchema& schema, duckdb::TableCatalogEntry& table) {
        add_own(context, schema, table, constraints);
    });
    for_each_project_key(*project_of(context), [&](const ProjectTable& table, std::int64_t schema_oid) {
        Constraint constraint;
        constraint.oid = constraint.index_oid = oid_of_project_key(table.table_id);
        constraint.name = table.name + "_pkey";
        constraint.schema_oid = schema_oid;
        constraint.table_oid = oid_of_project_table(table.table_id);
        constraint.kind = 'p';
        constraint.columns = key_numbers(table);
        constraint.definition = key_definition('p', table.primary_key);
        constraints.push_back(std::move(constraint));
    });
    find_referenced_indexes(constraints);
    return constraints;
}

// ---------------------------------------------------------------- indexes

struct Index {
    std::int64_t oid = 0, table_oid = 0;
    std::string schema, table, name;
    bool unique = false, primary = false;
    std::vector<std::int16_t> columns;  // 0 for an expression
    std::optional<std::string> expressions;
    std::vector<std::string> keys;  // each column or expression as SQL
    std::string definition;         // CREATE INDEX …
};

std::string create_index(const Index& index) {
    std::string sql = std::string("CREATE ") + (index.unique ? "UNIQUE " : "") + "INDEX " + quoted_name(index.name) +
                      " ON " + quoted_name(index.schema) + "." + quoted_name(index.table) + " USING btree (";
    for (std::size_t i = 0; i < index.keys.size(); ++i) sql += (i == 0 ? "" : ", ") + index.keys[i];
    return sql + ")";
}

void add_key(Index& index, duckdb::TableCatalogEntry& table, const duckdb::ParsedExpression& expression) {
    if (expression.GetExpressionType() == duckdb::ExpressionType::COLUMN_REF) {
        std::string name = expression.Cast<duckdb::ColumnRefExpression>().GetColumnName();
        index.columns.push_back(static_cast<std::int16_t>(table.GetColumnIndex(name).index + 1));
        index.keys.push_back(quoted_name(name));
        return;
    }
    const std::string text = shown_sql(expression);
    index.columns.push_back(0);
    index.keys.push_back(text.starts_with('(') ? text : "(" + text + ")");
    index.expressions = index.expressions ? *index.expressions + ", " + text : text;
}

void add_made_indexes(duckdb::ClientContext& context, const OwnSchema& schema, std::vector<Index>& out) {
    for (auto& entry : entries_of(context, schema, CatalogType::INDEX_ENTRY)) {
        const auto& made = entry.get().Cast<duckdb::IndexCatalogEntry>();
        auto& table = entry.get().ParentCatalog().GetEntry<duckdb::TableCatalogEntry>(context, made.GetSchemaName(),
                                                                                      made.GetTableName());
        Index index{.oid = oid_of(made), .table_oid = oid_of(table), .schema = schema.name, .table = table.name};
        index.name = made.name;
        index.unique = made.IsUnique();
        for (const auto& expression : made.parsed_expressions) add_key(index, table, *expression);
        index.definition = create_index(index);
        out.push_back(std::move(index));
    }
}

void add_constraint_indexes(duckdb::ClientContext& context, const OwnSchema& schema, duckdb::TableCatalogEntry& table,
                            std::vector<Index>& out) {
    for (TableConstraint& from : constraints_of(context, table)) {
        if (!from.has_index()) continue;
        Index index{.oid = oid_of_constraint(table, from.place),
                    .table_oid = oid_of(table),
                    .schema = schema.name,
                    .table = table.name,
                    .name = std::move(from.name),
                    .unique = true,
                    .primary = from.kind == 'p',
                    .columns = std::move(from.columns)};
        for (const std::int16_t number : index.columns) {
            index.keys.push_back(
                quoted_name(table.GetColumn(duckdb::LogicalIndex(static_cast<std::size_t>(number - 1))).GetName()));
        }
        index.definition = create_index(index);
        out.push_back(std::move(index));
    }
}

std::vector<Index> collect_indexes(duckdb::ClientContext& context) {
    std::vector<Index> indexes;
    for (const OwnSchema& schema : own_schemas(context)) add_made_indexes(context, schema, indexes);
    for_each_own_table(context, [&](const OwnSchema& schema, duckdb::TableCatalogEntry& table) {
        add_constraint_indexes(context, schema, table, indexes);
    });
    for_each_project_key(*project_of(context), [&](const ProjectTable& table, std::int64_t) {
        Index index{.oid = oid_of_project_key(table.table_id),
                    .table_oid = oid_of_project_table(table.table_id),
                    .schema = table.schema,
                    .table = table.name,
                    .name = table.name + "_pkey",
                    .unique = true,
                    .primary = true,
                    .columns = key_numbers(table)};
        for (const std::string& name : table.primary_key) index.keys.push_back(quoted_name(name));
        index.definition = create_index(index);
        indexes.push_back(std::move(index));
    });
    return indexes;
}

}  // namespace

duckdb::TableFunction catalog_constraints() {
    return table_function<Constraint>(
        {"smew_constraints",
         {column("oid", "oid", &Constraint::oid), column("name", "name", &Constraint::name),
          column("schema_oid", "oid", &Constraint::schema_oid), column("table_oid", "oid", &Constraint::table_oid),
          column("kind", "char", &Constraint::kind), column("columns", "int2[]", &Constraint::columns),
          column("index_oid", "oid", &Constraint::index_oid),
          column("referenced_table", "oid", &Constraint::referenced_table),
          column("referenced_columns", "int2[]", &Constraint::referenced_columns),
          column("expression", "text", &Constraint::expression), column("definition", "text", &Constraint::definition)},
         collect_constraints});
}

duckdb::TableFunction catalog_indexes() {
    return table_function<Index>(
        {"smew_indexes",
         {column("oid", "oid", &Index::oid), column("table_oid", "oid", &Index::table_oid),
          column("schema", "name", &Index::schema), column("table_name", "name", &Index::table),
          column("name", "name", &Index::name), column("is_unique", "bool", &Index::unique),
          column("is_primary", "bool", &Index::primary), column("columns", "int2vector", &Index::columns),
          column("expressions", "text", &Index::expressions), column("keys", "text[]", &Index::keys),
          column("definition", "text", &Index::definition)},
         collect_indexes});
}

}  // namespace smew::engine
