#pragma once
// Objects by their PostgreSQL OID and back: relations, types, schemas, functions and the session's role. Internal to
// engine/.
//
// An object of the workspace has DuckDB's OID behind PostgreSQL's first free one; what PostgreSQL has itself keeps its
// number there. Each looks things up in the transaction of the context.

#include <duckdb/main/client_context.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace smew::engine {

inline constexpr std::int64_t kFirstOwnOid = 16'384;

// The parts of a name as it is written in SQL: a."B" is a and B, folded. nullopt when it is no name.
std::optional<std::vector<std::string>> split_object_name(const std::string& text);

std::optional<std::int64_t> find_relation(duckdb::ClientContext& context, const std::vector<std::string>& name);
std::optional<std::int64_t> find_type(duckdb::ClientContext& context, const std::string& text);
std::optional<std::int64_t> find_schema(duckdb::ClientContext& context, const std::string& name);
// Fails when there are several functions of the name.
std::optional<std::int64_t> find_procedure(duckdb::ClientContext& context, const std::vector<std::string>& name);

// Names as PostgreSQL writes them: quoted where they must be, with a schema where the search path does not find them.
std::optional<std::string> relation_name(duckdb::ClientContext& context, std::int64_t oid);
std::optional<std::string> type_name(duckdb::ClientContext& context, std::int64_t oid);
std::optional<std::string> schema_name(duckdb::ClientContext& context, std::int64_t oid);
// Of all functions: looking one up costs as much.
std::unordered_map<std::int64_t, std::string> procedure_names(duckdb::ClientContext& context);

// Whether the search path finds the relation without its schema.
bool is_visible(duckdb::ClientContext& context, std::int64_t relation);

std::string quote_if_needed(const std::string& name);

}  // namespace smew::engine
