#pragma once
// Words that mean something to DuckDB's grammar alone, or something else than to PostgreSQL's. Internal to the token
// step of engine/.

#include "engine/dialect_token_list.hpp"

namespace smew::engine {

// A word that PostgreSQL takes for the name of a column, and DuckDB has reserved: CREATE TABLE t (at date, by text).
// True when it was one.
bool rewrite_reserved_name(TokenList& list, std::size_t i);

// float without a precision is double precision; DuckDB's is real. True when it was that type.
bool rewrite_float(TokenList& list, std::size_t i);
// Whether the word stands in the text at all.
bool mentions_float(std::string_view sql);

}  // namespace smew::engine
