#pragma once
// The objects a session sees, as the catalogs number and name them: the workspace's own, its temporary ones, and the
// project's. Nothing else of the instance (attached versions, DuckDB's own schemas) is found through here. Internal to
// engine/.

#include "engine/project_catalog.hpp"

#include <duckdb/catalog/catalog_entry/schema_catalog_entry.hpp>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/main/client_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace smew::engine {

// ---- numbers. PostgreSQL's own for what it has itself; a catalog of PostgreSQL's is one number space.

inline constexpr std::int64_t kPgCatalogOid = 11, kPublicOid = 2200, kInformationSchemaOid = 13207;
inline constexpr std::int64_t kDatabaseOid = 16384;
inline constexpr std::int64_t kSystemRole = 10, kUserRole = 16385, kProjectRole = 16386;

std::int64_t oid_of(const duckdb::CatalogEntry& entry);  // of the workspace
std::int64_t oid_of_schema(const duckdb::SchemaCatalogEntry& schema);
inline constexpr std::int64_t kFirstConstraintOid = 0x20000000;
std::int64_t oid_of_constraint(const duckdb::CatalogEntry& table, std::size_t place);  // and of its index
inline std::int64_t oid_of_project_schema(std::int64_t id) {
    return 0x40000000 + id;
}
inline std::int64_t oid_of_project_table(std::int64_t id) {
    return 0x40000000 + id;
}
inline std::int64_t oid_of_project_key(std::int64_t id) {
    return 0x60000000 + id;
}  // and of its index
inline std::int64_t oid_of_array(std::int64_t type) {
    return 0x10000000 + type;
}  // of a user's type

// ---- the workspace

struct OwnSchema {
    duckdb::reference<duckdb::SchemaCatalogEntry> entry;
    std::int64_t oid;
    std::string name;  // "public" for DuckDB's main
    bool temporary;
};
// In the order of their names; the one of temporary objects only when it has any.
std::vector<OwnSchema> own_schemas(duckdb::ClientContext& context);

// The schema's entries of one kind, by name.
std::vector<duckdb::reference<duckdb::CatalogEntry>> entries_of(duckdb::ClientContext& context, const OwnSchema& schema,
                                                                duckdb::CatalogType type);

// A comment, or nothing.
std::optional<std::string> comment_of(const duckdb::CatalogEntry& entry);
std::optional<std::string> text_or_nothing(const std::string& text);

// ---- the project

std::shared_ptr<const ProjectCatalog> project_of(duckdb::ClientContext& context);
std::unordered_map<std::string, std::int64_t> project_schema_oids(const ProjectCatalog& project);

// ---- who asks

std::string user_of(duckdb::ClientContext& context);
std::string database_of(duckdb::ClientContext& context);

}  // namespace smew::engine
