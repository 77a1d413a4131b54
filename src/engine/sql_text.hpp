#pragma once
// SQL text to DuckDB's parse trees. Internal to engine/.

#include "engine/engine.hpp"
#include "engine/source_text.hpp"

#include <duckdb/common/vector.hpp>
#include <duckdb/parser/sql_statement.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace duckdb {
class ClientContext;
}

namespace smew::engine {

struct ParsedText {
    duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>> trees;
    bool split = false;  // they are one statement to the user
};

// Throws DuckDB's ParserException. Reads what PostgreSQL has and DuckDB's grammar lacks: schema.table.*, and in its
// dialect what dialect_tokens.hpp rewrites; `source` then holds the text that was read.
Result<ParsedText> parse_sql(duckdb::ClientContext& context, std::shared_ptr<const SourceText>& source,
                             Dialect dialect);

// The text with blanks in place of `schema.` where `star` is the index of the * of schema.table.*; unchanged otherwise.
std::string without_schema_before_star(std::string_view sql, std::size_t star);

}  // namespace smew::engine
