#pragma once
// SQL that DuckDB keeps, as users are shown it: without the schema main, which they know as public, and calls of
// nextval() as PostgreSQL writes them. Internal to engine/.

#include <duckdb/parser/parsed_expression.hpp>

#include <string>

namespace duckdb {
class SelectStatement;
}

namespace smew::engine {

std::string shown_sql(const duckdb::ParsedExpression& expression);
std::string shown_sql(const duckdb::SelectStatement& query);

}  // namespace smew::engine
