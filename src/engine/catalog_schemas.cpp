#include "engine/catalog_function.hpp"
#include "engine/workspace_objects.hpp"

namespace smew::engine {
namespace {

struct Schema {
    std::int64_t oid;
    std::string name;
    std::int64_t owner;
    std::optional<std::string> comment;
};

std::vector<Schema> collect(duckdb::ClientContext& context) {
    std::vector<Schema> schemas{
        {kPgCatalogOid, "pg_catalog", kSystemRole, "system catalog schema"},
        {kInformationSchemaOid, "information_schema", kSystemRole, std::nullopt},
    };
    for (const OwnSchema& own : own_schemas(context)) {
        schemas.push_back({own.oid, own.name, kUserRole, comment_of(own.entry.get())});
    }
    for (const ProjectSchema& schema : project_of(context)->schemas) {
        schemas.push_back(
            {oid_of_project_schema(schema.schema_id), schema.name, kProjectRole, text_or_nothing(schema.description)});
    }
    return schemas;
}

struct Role {
    std::int64_t oid;
    std::string name;
    bool login;
};

// The session's user is the only one it can see: it owns the workspace's objects. The two others own what it cannot
// change.
std::vector<Role> collect_roles(duckdb::ClientContext& context) {
    return {{kSystemRole, "smew", false}, {kUserRole, user_of(context), true}, {kProjectRole, "project", false}};
}

struct Database {
    std::int64_t oid;
    std::string name;
    std::int64_t owner;
};

std::vector<Database> collect_databases(duckdb::ClientContext& context) {
    return {{kDatabaseOid, database_of(context), kUserRole}};
}

}  // namespace

duckdb::TableFunction catalog_schemas() {
    return table_function<Schema>(
        {"smew_schemas",
         {column("oid", "oid", &Schema::oid), column("name", "name", &Schema::name),
          column("owner", "oid", &Schema::owner), column("comment", "text", &Schema::comment)},
         collect});
}

duckdb::TableFunction catalog_roles() {
    return table_function<Role>(
        {"smew_roles",
         {column("oid", "oid", &Role::oid), column("name", "name", &Role::name), column("login", "bool", &Role::login)},
         collect_roles});
}

duckdb::TableFunction catalog_databases() {
    return table_function<Database>({"smew_databases",
                                     {column("oid", "oid", &Database::oid), column("name", "name", &Database::name),
                                      column("owner", "oid", &Database::owner)},
                                     collect_databases});
}

}  // namespace smew::engine
