// Tables, views, sequences and indexes: what pg_class lists.
#include "engine/catalog_function.hpp"
#include "engine/shown_sql.hpp"
#include "engine/table_constraints.hpp"
#include "engine/workspace_objects.hpp"
#include "pgcatalog/system_relations.hpp"

#include <duckdb/catalog/catalog_entry/duck_index_entry.hpp>
#include <duckdb/catalog/catalog_entry/view_catalog_entry.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/storage/table_storage_info.hpp>

#include <set>

namespace smew::engine {
namespace {

using duckdb::CatalogType;

struct Relation {
    std::int64_t oid = 0;
    std::string name;
    std::int64_t schema_oid = 0;
    std::string schema;
    char kind = 'r';  // r table, v view, S sequence, i index
    std::int64_t owner = kUserRole;
    double rows = -1;  // -1: unknown, as for a table that was never analyzed
    std::int16_t columns = 0, checks = 0;
    bool has_index = false;
    char persistence = 'p';
    std::optional<std::string> comment, definition;  // the definition of a view
};

Relation base(const OwnSchema& schema, const duckdb::CatalogEntry& entry, char kind) {
    Relation relation;
    relation.oid = oid_of(entry);
    relation.name = entry.name;
    relation.schema_oid = schema.oid;
    relation.schema = schema.name;
    relation.kind = kind;
    relation.persistence = schema.temporary ? 't' : 'p';
    relation.comment = comment_of(entry);
    return relation;
}

void add_view(std::vector<Relation>& out, const OwnSchema& schema, duckdb::ViewCatalogEntry& view) {
    Relation relation = base(schema, view, 'v');
    const auto columns = view.GetColumnInfo();
    relation.columns = static_cast<std::int16_t>(columns ? columns->names.size() : 0);
    relation.definition = shown_sql(view.GetQuery());
    out.push_back(std::move(relation));
}

void add_table(duckdb::ClientContext& context, std::vector<Relation>& out, const OwnSchema& schema,
               duckdb::TableCatalogEntry& table, const std::set<std::int64_t>& indexed) {
    Relation relation = base(schema, table, 'r');
    relation.columns = static_cast<std::int16_t>(table.GetColumns().LogicalColumnCount());
    const auto cardinality = table.GetStorageInfo(context).cardinality;
    if (cardinality.IsValid()) relation.rows = static_cast<double>(cardinality.GetIndex());
    relation.has_index = indexed.contains(relation.oid);
    const std::size_t place = out.size();
    out.push_back(std::move(relation));
    for (const TableConstraint& constraint : constraints_of(context, table)) {
        if (constraint.kind == 'c') ++out[place].checks;
        if (!constraint.has_index()) continue;
        out[place].has_index = true;
        Relation index = base(schema, table, 'i');
        index.oid = oid_of_constraint(table, constraint.place);
        index.name = constraint.name;
        index.columns = static_cast<std::int16_t>(constraint.columns.size());
        index.rows = 0;
        index.comment.reset();
        out.push_back(std::move(index));
    }
}

// Adds the schema's indexes and gives the tables they are on.
std::set<std::int64_t> add_indexes(duckdb::ClientContext& context, std::vector<Relation>& out,
                                   const OwnSchema& schema) {
    std::set<std::int64_t> tables;
    for (auto& entry : entries_of(context, schema, CatalogType::INDEX_ENTRY)) {
        auto& index = entry.get().Cast<duckdb::IndexCatalogEntry>();
        tables.insert(oid_of(index.ParentCatalog().GetEntry<duckdb::TableCatalogEntry>(context, index.GetSchemaName(),
                                                                                       index.GetTableName())));
        Relation relation = base(schema, index, 'i');
        relation.columns = static_cast<std::int16_t>(index.parsed_expressions.size());
        relation.rows = 0;
        out.push_back(std::move(relation));
    }
    return tables;
}

void add_own(duckdb::ClientContext& context, std::vector<Relation>& out) {
    for (const OwnSchema& schema : own_schemas(context)) {
        const auto indexed = add_indexes(context, out, schema);
        for (auto& entry : entries_of(context, schema, CatalogType::TABLE_ENTRY)) {
            if (entry.get().type == CatalogType::VIEW_ENTRY) {
                add_view(out, schema, entry.get().Cast<duckdb::ViewCatalogEntry>());
            } else {
                add_table(context, out, schema, entry.get().Cast<duckdb::TableCatalogEntry>(), indexed);
            }
        }
        for (auto& entry : entries_of(context, schema, CatalogType::SEQUENCE_ENTRY)) {
            Relation sequence = base(schema, entry.get(), 'S');
            sequence.columns = 3;  // last_value, log_cnt, is_called
            sequence.rows = 1;
            out.push_back(std::move(sequence));
        }
    }
}

void add_project(const ProjectCatalog& project, std::vector<Relation>& out) {
    const auto schemas = project_schema_oids(project);
    out.reserve(out.size() + project.tables.size());
    for (const ProjectTable& table : project.tables) {
        const auto schema = schemas.find(table.schema);
        if (schema == schemas.end()) continue;  // the bucket went while the list was made
        Relation relation;
        relation.oid = oid_of_project_table(table.table_id);
        relation.name = table.name;
        relation.schema_oid = schema->second;
        relation.schema = table.schema;
        relation.owner = kProjectRole;
        relation.rows = static_cast<double>(table.row_count);
        relation.columns = static_cast<std::int16_t>(table.columns.size());
        relation.has_index = !table.primary_key.empty();
        relation.comment = text_or_nothing(table.description);
        Relation key = relation;
        out.push_back(std::move(relation));
        if (table.primary_key.empty()) continue;
        key.oid = oid_of_project_key(table.table_id);
        key.name = table.name + "_pkey";
        key.kind = 'i';
        key.columns = static_cast<std::int16_t>(table.primary_key.size());
        key.has_index = false;
        key.rows = 0;
        key.comment.reset();
        out.push_back(std::move(key));
    }
}

void add_system(std::span<const pgcatalog::SystemRelation> relations, std::int64_t schema_oid, const char* schema,
                std::vector<Relation>& out) {
    for (const pgcatalog::SystemRelation& system : relations) {
        Relation relation;
        relation.oid = system.oid;
        relation.name = system.name;
        relation.schema_oid = schema_oid;
        relation.schema = schema;
        relation.kind = system.kind;
        relation.owner = kSystemRole;
        relation.columns = static_cast<std::int16_t>(split_columns(system.columns).size());
        out.push_back(std::move(relation));
    }
}

std::vector<Relation> collect(duckdb::ClientContext& context) {
    std::vector<Relation> relations;
    add_system(pgcatalog::system_tables(), kPgCatalogOid, "pg_catalog", relations);
    add_system(pgcatalog::system_views(), kPgCatalogOid, "pg_catalog", relations);
    add_system(pgcatalog::information_schema_views(), kInformationSchemaOid, "information_schema", relations);
    add_own(context, relations);
    add_project(*project_of(context), relations);
    return relations;
}

}  // namespace

duckdb::TableFunction catalog_relations() {
    return table_function<Relation>(
        {"smew_relations",
         {column("oid", "oid", &Relation::oid), column("name", "name", &Relation::name),
          column("schema_oid", "oid", &Relation::schema_oid), column("schema", "name", &Relation::schema),
          column("kind", "char", &Relation::kind), column("owner", "oid", &Relation::owner),
          column("row_count", "float8", &Relation::rows), column("columns", "int2", &Relation::columns),
          column("checks", "int2", &Relation::checks), column("has_index", "bool", &Relation::has_index),
          column("persistence", "char", &Relation::persistence), column("comment", "text", &Relation::comment),
          column("definition", "text", &Relation::definition)},
         collect});
}

}  // namespace smew::engine
