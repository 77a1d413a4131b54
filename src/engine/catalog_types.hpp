#pragma once
// PostgreSQL's types as DuckDB's: the types of the catalogs' columns, and the PostgreSQL types of users' columns.
// Internal to engine/.

#include "engine/postgres_types.hpp"

#include <duckdb/common/types.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smew::engine {

// The type a catalog's column of that pg_type.typname has, as "oid", "name", "text[]"; what DuckDB has no own type for
// is an alias of that name. Throws duckdb::InternalException for a name it does not know.
duckdb::LogicalType catalog_type(std::string_view typname);

// "oid oid, relname name" (pgcatalog/system_relations.hpp) as names and types.
std::vector<std::pair<std::string, std::string_view>> split_columns(std::string_view columns);

}  // namespace smew::engine
