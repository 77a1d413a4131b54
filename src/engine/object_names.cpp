#include "engine/object_names.hpp"

#include "engine/key_indexes.hpp"
#include "engine/names.hpp"
#include "engine/native_functions.hpp"
#include "engine/workspace_objects.hpp"
#include "pgcatalog/builtin_types.hpp"
#include "pgcatalog/system_relations.hpp"
#include "sql/lexer.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/parser.hpp>

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

using duckdb::CatalogType;
using duckdb::ClientContext;

constexpr std::array kRelationKinds = {CatalogType::TABLE_ENTRY, CatalogType::INDEX_ENTRY, CatalogType::SEQUENCE_ENTRY};

// Schemas whose OIDs PostgreSQL fixes; "public" is the workspace's main.
struct FixedSchema {
    const char* name;
    std::int64_t oid;
};
constexpr std::array kFixedSchemas = {FixedSchema{"pg_catalog", 11}, FixedSchema{"public", 2200},
                                      FixedSchema{"information_schema", 13'207}};

duckdb::optional_ptr<duckdb::CatalogEntry> find_entry(ClientContext& context, CatalogType type,
                                                      const std::string& catalog, const std::string& schema,
                                                      const std::string& name) {
    const duckdb::EntryLookupInfo lookup(type, name);
    return duckdb::Catalog::GetEntry(context, catalog, schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
}

std::optional<std::int64_t> relation_in(ClientContext& context, const std::string& catalog, const std::string& schema,
                                        const std::string& name) {
    for (const CatalogType type : kRelationKinds) {
        const auto entry = find_entry(context, type, catalog, schema, name);
        if (entry && entry->ParentCatalog().GetName() == catalog) {
            return kFirstOwnOid + static_cast<std::int64_t>(entry->oid);
        }
    }
    return find_key_index(context, catalog, schema, name);
}

std::optional<std::int64_t> system_relation(const std::string& schema, const std::string& name) {
    const std::uint32_t oid = pgcatalog::system_relation_oid(schema, name);
    return oid == 0 ? std::nullopt : std::optional<std::int64_t>(oid);
}

std::string real_schema(const std::string& name) {
    return name == "public" ? "main" : name;
}

std::optional<std::int64_t> project_table(ClientContext& context, const std::string& schema, const std::string& name) {
    const auto project = project_of(context);
    const auto found = std::find_if(project->tables.begin(), project->tables.end(), [&](const ProjectTable& table) {
        return duckdb::StringUtil::CIEquals(table.name, name) && duckdb::StringUtil::CIEquals(table.schema, schema);
    });
    if (found == project->tables.end()) return find_key_index(*project, schema, name);
    return oid_of_project_table(found->table_id);
}

// nullptr: no table of the project.
const ProjectTable* project_table_of(const ProjectCatalog& project, std::int64_t oid) {
    const auto found = std::find_if(project.tables.begin(), project.tables.end(), [&](const ProjectTable& table) {
        return oid_of_project_table(table.table_id) == oid;
    });
    return found == project.tables.end() ? nullptr : &*found;
}

bool in_search_path(ClientContext& context, const std::string& bucket) {
    const auto& path = session_of(context)->project_path;
    return std::find(path.begin(), path.end(), bucket) != path.end();
}

std::optional<bool> is_visible_project_table(ClientContext& context, std::int64_t oid) {
    if (oid < oid_of_project_table(0)) return std::nullopt;
    const auto project = project_of(context);
    const ProjectTable* table = project_table_of(*project, oid);
    if (table == nullptr) return std::nullopt;
    return in_search_path(context, table->schema);
}

// "in_c_sales.orders", without the schema when the search path has it.
std::optional<std::string> project_table_name(ClientContext& context, std::int64_t oid) {
    if (oid < oid_of_project_table(0)) return std::nullopt;
    const auto project = project_of(context);
    const ProjectTable* table = project_table_of(*project, oid);
    if (table == nullptr) return std::nullopt;
    const std::string schema = in_search_path(context, table->schema) ? "" : quote_if_needed(table->schema) + ".";
    return schema + quote_if_needed(table->name);
}

std::optional<std::int64_t> relation_of_schema(ClientContext& context, const std::string& schema,
                                               const std::string& name) {
    if (schema == "pg_catalog" || schema == "information_schema") return system_relation(schema, name);
    if (schema == "pg_temp") return relation_in(context, "temp", "main", name);
    if (is_reserved_schema(schema) || session_of(context)->resolver().is_project_schema(schema)) {
        return project_table(context, schema, name);
    }
    return relation_in(context, session_of(context)->own_catalog(), real_schema(schema), name);
}

// Calls `found` for every entry of the workspace until it gives true.
template <class Found>
void for_each_entry(ClientContext& context, std::initializer_list<CatalogType> types, const Found& found) {
    for (const std::string& catalog : {session_of(context)->own_catalog(), std::string("temp")}) {
        for (const auto& schema : duckdb::Catalog::GetSchemas(context, catalog)) {
            for (const CatalogType type : types) schema.get().Scan(context, type, found);
        }
    }
}

duckdb::optional_ptr<duckdb::CatalogEntry> entry_of_oid(ClientContext& context, std::int64_t oid,
                                                        std::initializer_list<CatalogType> types) {
    duckdb::optional_ptr<duckdb::CatalogEntry> result;
    if (oid < kFirstOwnOid) return result;
    const auto wanted = static_cast<duckdb::idx_t>(oid - kFirstOwnOid);
    for_each_entry(context, types, [&](duckdb::CatalogEntry& entry) {
        if (entry.oid == wanted && !entry.internal) result = entry;
    });
    return result;
}

duckdb::optional_ptr<duckdb::CatalogEntry> relation_of_oid(ClientContext& context, std::int64_t oid) {
    return entry_of_oid(context, oid,
                        {CatalogType::TABLE_ENTRY, CatalogType::INDEX_ENTRY, CatalogType::SEQUENCE_ENTRY});
}

std::string qualified(const duckdb::CatalogEntry& entry, bool visible) {
    const std::string name = quote_if_needed(entry.name);
    if (visible) return name;
    const auto& schema = entry.ParentSchema().name;
    return quote_if_needed(schema == "main" ? "public" : schema) + "." + name;
}

bool finds(ClientContext& context, const duckdb::CatalogEntry& entry) {
    const auto found = find_relation(context, {entry.name});
    return found && *found == kFirstOwnOid + static_cast<std::int64_t>(entry.oid);
}

}  // namespace

std::string quote_if_needed(const std::string& name) {
    const bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                       std::all_of(name.begin(), name.end(),
                                   [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    if (plain && duckdb::Parser::IsKeyword(name) != duckdb::KeywordCategory::KEYWORD_RESERVED) return name;
    return '"' + duckdb::StringUtil::Replace(name, "\"", "\"\"") + '"';
}

std::optional<std::vector<std::string>> split_object_name(const std::string& text) {
    std::vector<std::string> parts;
    sql::Lexer lexer(text);
    for (;;) {
        const sql::Token part = lexer.next();
        if (!part.names_something()) return std::nullopt;
        parts.push_back(sql::identifier_value(part));
        const sql::Token behind = lexer.next();
        if (behind.kind == sql::TokenKind::kEnd) return parts;
        if (!behind.is_symbol('.')) return std::nullopt;
    }
}

std::optional<std::int64_t> find_relation(ClientContext& context, const std::vector<std::string>& name) {
    if (name.size() >= 2) return relation_of_schema(context, name[name.size() - 2], name.back());
    const auto session = session_of(context);
    if (auto temporary = relation_in(context, "temp", "main", name[0])) return temporary;
    if (auto system = system_relation("pg_catalog", name[0])) return system;
    for (const std::string& schema : session->search_path) {
        if (auto found = relation_of_schema(context, schema, name[0])) return found;
    }
    return std::nullopt;
}

std::optional<std::int64_t> find_schema(ClientContext& context, const std::string& name) {
    for (const FixedSchema& fixed : kFixedSchemas) {
        if (name == fixed.name || (name == "main" && fixed.oid == 2200)) return fixed.oid;
    }
    const auto project = project_of(context);
    const auto bucket = std::find_if(project->schemas.begin(), project->schemas.end(),
                                     [&](const ProjectSchema& candidate) { return candidate.name == name; });
    if (bucket != project->schemas.end()) return oid_of_project_schema(bucket->schema_id);
    const auto schema = duckdb::Catalog::GetSchema(context, session_of(context)->own_catalog(), name,
                                                   duckdb::OnEntryNotFound::RETURN_NULL);
    if (!schema) return std::nullopt;
    return kFirstOwnOid + static_cast<std::int64_t>(schema->oid);
}

bool is_visible(ClientContext& context, std::int64_t relation) {
    if (!pgcatalog::system_relation_name(static_cast<std::uint32_t>(relation)).empty()) return true;
    if (const auto key = key_index_of_oid(context, relation)) return is_visible(context, key->table_oid);
    if (const auto visible = is_visible_project_table(context, relation)) return *visible;
    const auto entry = relation_of_oid(context, relation);
    return entry && finds(context, *entry);
}

std::optional<std::string> relation_name(ClientContext& context, std::int64_t oid) {
    if (const auto name = pgcatalog::system_relation_name(static_cast<std::uint32_t>(oid)); !name.empty()) {
        return std::string(name);
    }
    if (const auto key = key_index_of_oid(context, oid)) {
        const std::string schema = is_visible(context, key->table_oid) ? "" : quote_if_needed(key->schema) + ".";
        return schema + quote_if_needed(key->name);
    }
    if (auto name = project_table_name(context, oid)) return name;
    const auto entry = relation_of_oid(context, oid);
    if (!entry) return std::nullopt;
    return qualified(*entry, finds(context, *entry));
}

std::optional<std::string> schema_name(ClientContext& context, std::int64_t oid) {
    for (const FixedSchema& fixed : kFixedSchemas) {
        if (oid == fixed.oid) return std::string(fixed.name);
    }
    for (const ProjectSchema& bucket : project_of(context)->schemas) {
        if (oid_of_project_schema(bucket.schema_id) == oid) return quote_if_needed(bucket.name);
    }
    for (const auto& schema : duckdb::Catalog::GetSchemas(context, session_of(context)->own_catalog())) {
        if (kFirstOwnOid + static_cast<std::int64_t>(schema.get().oid) == oid) {
            return quote_if_needed(schema.get().name);
        }
    }
    return std::nullopt;
}

std::optional<std::string> type_name(ClientContext& context, std::int64_t oid) {
    const auto wanted = static_cast<std::uint32_t>(oid);
    if (const auto* type = pgcatalog::builtin_type(wanted)) return std::string(type->sql_name);
    const auto entry = entry_of_oid(context, oid, {CatalogType::TYPE_ENTRY});
    if (!entry) return std::nullopt;
    return qualified(*entry, true);
}

}  // namespace smew::engine
