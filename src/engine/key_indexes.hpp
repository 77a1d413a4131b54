#pragma once
// The indexes that belong to primary keys and UNIQUE constraints, by their names and numbers as pg_class lists them:
// DuckDB keeps them with their tables, without an entry of their own. Internal to engine/.

#include "engine/project_catalog.hpp"

#include <duckdb/main/client_context.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace smew::engine {

struct KeyIndex {
    std::int64_t table_oid = 0;
    std::string schema, name;  // the schema as users know it
};

std::optional<std::int64_t> find_key_index(duckdb::ClientContext& context, const std::string& catalog,
                                           const std::string& schema, const std::string& name);
std::optional<std::int64_t> find_key_index(const ProjectCatalog& project, const std::string& schema,
                                           const std::string& name);
// nullopt: no index of a key has this number.
std::optional<KeyIndex> key_index_of_oid(duckdb::ClientContext& context, std::int64_t oid);

}  // namespace smew::engine
