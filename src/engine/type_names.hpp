#pragma once
// PostgreSQL's types that DuckDB lacks, as DuckDB types with PostgreSQL's name for an alias: oid, name, regclass.
// They are numbers and texts to every operator; the alias gives them their OID on the wire, and their casts.
// Internal to engine/.

#include <duckdb/common/types.hpp>
#include <duckdb/main/database.hpp>
#include <duckdb/parser/sql_statement.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine {

struct TreeParts;

// INVALID when PostgreSQL has no such type, or DuckDB has it under its own name.
duckdb::LogicalType aliased_type(std::string_view name);
std::vector<std::string_view> type_alias_names();
duckdb::LogicalType oid_type();
duckdb::LogicalType name_type();
// One of the types that stand for an object: its value is the OID, its text the object's name.
bool is_object_reference(const duckdb::LogicalType& type);

// Makes the names known, in schemas main and pg_catalog.
void install_type_names(duckdb::DatabaseInstance& database);

// DuckDB's parser takes oid for BIGINT and "char" for VARCHAR, also behind pg_catalog; what was written is found in the
// text again. `sql` is what the tree was parsed from.
void restore_type_names(TreeParts& parts, std::string_view sql);

// ---- OIDs of types
// PostgreSQL's OID; 0 for a type of the user's own.
std::uint32_t oid_of_type(const duckdb::LogicalType& type);

}  // namespace smew::engine
