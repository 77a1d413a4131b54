#pragma once
// DuckDB's types as ours. Internal to engine/.

#include "engine/types.hpp"

#include <duckdb/common/types.hpp>

namespace smew::engine {

Type describe(const duckdb::LogicalType& type);
// The type whose data a reader is given: text in place of what has no layout in types.hpp, also inside nested types.
duckdb::LogicalType readable_type(const duckdb::LogicalType& type);
// The DuckDB type a client means by a PostgreSQL OID; UNKNOWN for 0 and for OIDs that say nothing.
duckdb::LogicalType type_of_oid(std::uint32_t oid);
// PostgreSQL's name for a type, as error messages use it: "integer", "timestamp with time zone".
std::string postgres_name(const duckdb::LogicalType& type);

}  // namespace smew::engine
