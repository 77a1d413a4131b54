#include "engine/key_indexes.hpp"

#include "engine/table_constraints.hpp"
#include "engine/workspace_objects.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/common/string_util.hpp>

namespace smew::engine {
namespace {

using duckdb::CatalogType;

constexpr std::string_view kPrimarySuffix = "_pkey";

// As constraints_of() names them; asked before tables are looked through.
bool may_name_key(const std::string& name) {
    return name.find("_pkey") != std::string::npos || name.find("_key") != std::string::npos;
}

// Calls `visit` with the constraints of each table that have an index, until it gives true.
template <class Visit>
void for_each_key(duckdb::ClientContext& context, duckdb::SchemaCatalogEntry& schema, const Visit& visit) {
    // A foreign key's description looks for the other table, which the scan's lock would not let it.
    std::vector<duckdb::reference<duckdb::TableCatalogEntry>> tables;
    schema.Scan(context, CatalogType::TABLE_ENTRY, [&](duckdb::CatalogEntry& entry) {
        if (entry.type != CatalogType::TABLE_ENTRY || entry.internal) return;
        tables.push_back(entry.Cast<duckdb::TableCatalogEntry>());
    });
    for (auto& table : tables) {
        for (const TableConstraint& constraint : constraints_of(context, table.get())) {
            if (constraint.has_index() && visit(table.get(), constraint)) return;
        }
    }
}

std::optional<KeyIndex> project_key_of_oid(const ProjectCatalog& project, std::int64_t oid) {
    for (const ProjectTable& table : project.tables) {
        if (oid_of_project_key(table.table_id) != oid || table.primary_key.empty()) continue;
        return KeyIndex{oid_of_project_table(table.table_id), table.schema, table.name + std::string(kPrimarySuffix)};
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> find_key_index(duckdb::ClientContext& context, const std::string& catalog,
                                           const std::string& schema, const std::string& name) {
    if (!may_name_key(name)) return std::nullopt;
    auto home = duckdb::Catalog::GetSchema(context, catalog, schema, duckdb::OnEntryNotFound::RETURN_NULL);
    if (!home) return std::nullopt;
    std::optional<std::int64_t> found;
    for_each_key(context, *home, [&](const duckdb::TableCatalogEntry& table, const TableConstraint& key) {
        if (key.name == name) found = oid_of_constraint(table, key.place);
        return found.has_value();
    });
    return found;
}

std::optional<std::int64_t> find_key_index(const ProjectCatalog& project, const std::string& schema,
                                           const std::string& name) {
    if (!name.ends_with(kPrimarySuffix)) return std::nullopt;
    const std::string table_name = name.substr(0, name.size() - kPrimarySuffix.size());
    for (const ProjectTable& table : project.tables) {
        if (table.primary_key.empty() || !duckdb::StringUtil::CIEquals(table.name, table_name)) continue;
        if (duckdb::StringUtil::CIEquals(table.schema, schema)) return oid_of_project_key(table.table_id);
    }
    return std::nullopt;
}

std::optional<KeyIndex> key_index_of_oid(duckdb::ClientContext& context, std::int64_t oid) {
    if (oid >= oid_of_project_key(0)) return project_key_of_oid(*project_of(context), oid);
    if (oid < kFirstConstraintOid || oid >= oid_of_project_table(0)) return std::nullopt;
    std::optional<KeyIndex> found;
    for (const OwnSchema& schema : own_schemas(context)) {
        for_each_key(context, schema.entry, [&](const duckdb::TableCatalogEntry& table, const TableConstraint& key) {
            if (oid_of_constraint(table, key.place) == oid) found = KeyIndex{oid_of(table), schema.name, key.name};
            return found.has_value();
        });
        if (found) break;
    }
    return found;
}

}  // namespace smew::engine
