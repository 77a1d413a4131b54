#include "engine/workspace_objects.hpp"

#include "engine/errors.hpp"
#include "engine/session_state.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/main/database_manager.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

constexpr std::int64_t kFirstOwn = 16384;  // PostgreSQL's first number for what users make
constexpr std::int64_t kConstraintsPerTable = 512;

std::string own_catalog_of(duckdb::ClientContext& context) {
    const auto session = SessionState::of(context);
    return session ? session->own_catalog() : duckdb::DatabaseManager::GetDefaultDatabase(context);
}

bool has_objects(duckdb::ClientContext& context, duckdb::SchemaCatalogEntry& schema) {
    bool found = false;
    const auto see = [&](duckdb::CatalogEntry& entry) { found = found || !entry.internal; };
    for (const auto type : {duckdb::CatalogType::TABLE_ENTRY, duckdb::CatalogType::SEQUENCE_ENTRY}) {
        schema.Scan(context, type, see);
    }
    return found;
}

}  // namespace

std::int64_t oid_of(const duckdb::CatalogEntry& entry) {
    return kFirstOwn + static_cast<std::int64_t>(entry.oid);
}

std::int64_t oid_of_schema(const duckdb::SchemaCatalogEntry& schema) {
    const bool is_public = schema.name == "main" && !schema.catalog.IsTemporaryCatalog();
    return is_public ? kPublicOid : oid_of(schema);
}

std::int64_t oid_of_constraint(const duckdb::CatalogEntry& table, std::size_t place) {
    return kFirstConstraintOid + static_cast<std::int64_t>(table.oid) * kConstraintsPerTable +
           static_cast<std::int64_t>(place);
}

std::vector<OwnSchema> own_schemas(duckdb::ClientContext& context) {
    std::vector<OwnSchema> schemas;
    auto& own = duckdb::Catalog::GetCatalog(context, own_catalog_of(context));
    for (auto& schema : own.GetSchemas(context)) {
        duckdb::SchemaCatalogEntry& entry = schema.get();
        if (entry.internal && entry.name != "main") continue;
        schemas.push_back({entry, oid_of_schema(entry), entry.name == "main" ? "public" : entry.name, false});
    }
    auto& temporary = duckdb::Catalog::GetCatalog(context, TEMP_CATALOG).GetSchema(context, DEFAULT_SCHEMA);
    if (has_objects(context, temporary)) schemas.push_back({temporary, oid_of(temporary), "pg_temp_1", true});
    std::ranges::sort(schemas, {}, &OwnSchema::name);
    return schemas;
}

std::vector<duckdb::reference<duckdb::CatalogEntry>> entries_of(duckdb::ClientContext& context, const OwnSchema& schema,
                                                                duckdb::CatalogType type) {
    std::vector<duckdb::reference<duckdb::CatalogEntry>> entries;
    schema.entry.get().Scan(context, type, [&](duckdb::CatalogEntry& entry) {
        if (!entry.internal) entries.emplace_back(entry);
    });
    std::ranges::sort(entries, {}, [](const auto& entry) -> const std::string& { return entry.get().name; });
    return entries;
}

std::optional<std::string> comment_of(const duckdb::CatalogEntry& entry) {
    if (entry.comment.IsNull()) return std::nullopt;
    return entry.comment.ToString();
}

std::optional<std::string> text_or_nothing(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

std::shared_ptr<const ProjectCatalog> project_of(duckdb::ClientContext& context) {
    const auto session = SessionState::of(context);
    if (!session) return std::make_shared<const ProjectCatalog>();
    auto listed = session->resolver().list();
    if (!listed) throw_through_duckdb(listed.error());
    return *std::move(listed);
}

std::unordered_map<std::string, std::int64_t> project_schema_oids(const ProjectCatalog& project) {
    std::unordered_map<std::string, std::int64_t> oids;
    for (const ProjectSchema& schema : project.schemas)
        oids.emplace(schema.name, oid_of_project_schema(schema.schema_id));
    return oids;
}

std::string user_of(duckdb::ClientContext& context) {
    const auto session = SessionState::of(context);
    return session ? session->facts().identity().user : std::string();
}

std::string database_of(duckdb::ClientContext& context) {
    const auto session = SessionState::of(context);
    return session ? session->facts().identity().database : std::string();
}

}  // namespace smew::engine
