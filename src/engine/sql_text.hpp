#pragma once
// SQL text to DuckDB's parse trees. Internal to engine/.

#include <duckdb/common/vector.hpp>
#include <duckdb/parser/sql_statement.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace duckdb {
class ClientContext;
}

namespace smew::engine {

// Throws DuckDB's ParserException. Reads what PostgreSQL has and DuckDB's grammar lacks: schema.table.*
duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>> parse_sql(duckdb::ClientContext& context,
                                                                   const std::string& sql);

// The text with blanks in place of `schema.` where `star` is the index of the * of schema.table.*; unchanged otherwise.
std::string without_schema_before_star(std::string_view sql, std::size_t star);

}  // namespace smew::engine
