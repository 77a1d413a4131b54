#pragma once
// Expressions of PostgreSQL that DuckDB reads as something else, one kind a function. Each changes the slot if it is
// its own kind, and leaves it otherwise. Internal to engine/.

#include "engine/source_text.hpp"

#include <duckdb/parser/parsed_expression.hpp>

namespace duckdb {
class FunctionExpression;
class SubqueryExpression;
}  // namespace duckdb

namespace smew::engine {

using ExpressionSlot = duckdb::unique_ptr<duckdb::ParsedExpression>;

// ~ ~* !~ !~* find a part of the text, . and [^…] take line ends too: regexp_matches() with these options.
void rewrite_regex(ExpressionSlot& slot, const SourceText& source);
// The parser puts a !~ b into NOT, which alone knows the place.
void rewrite_negated_regex(ExpressionSlot& slot, const SourceText& source);
// extract() is a numeric and date_part() a double precision, both with the fraction of seconds.
void rewrite_date_part(ExpressionSlot& slot, const SourceText& source);
// The operators that the token step gave names DuckDB can read (dialect_tokens.hpp), |/ and ||/.
void rewrite_operator(ExpressionSlot& slot);
// LIKE and its like: a backslash in the pattern takes the next character for itself.
void rewrite_like(ExpressionSlot& slot);
// x::numeric without a precision: DuckDB's would be DECIMAL(18,3). A constant keeps the digits it has.
void rewrite_numeric(ExpressionSlot& slot);
// x::varchar(3) and x::char(3) cut the text, char pads it with blanks that no comparison sees: without them.
void rewrite_text_length(ExpressionSlot& slot);
// substring(x FROM 'pattern'): the part, or its first group, and NULL where there is none.
void rewrite_substring(ExpressionSlot& slot);
// string_to_array(text, delimiter, null_string).
void rewrite_split(duckdb::FunctionExpression& call);
// Functions whose result DuckDB gives as bigint and PostgreSQL as integer: length(), position(), array_length() …
void rewrite_count(ExpressionSlot& slot);
// json_agg(x ORDER BY y): an aggregate with DISTINCT, ORDER BY or FILTER, which DuckDB's macros do not take.
void rewrite_json_aggregate(ExpressionSlot& slot);
// json_build_object() and json_build_array() of any number of arguments.
void rewrite_json_builder(ExpressionSlot& slot);
// generate_series() in a SELECT list gives rows, not a list.
void rewrite_series(ExpressionSlot& item);
// COLLATE "C", "POSIX", pg_catalog."default": the order text has anyway.
void rewrite_collation(ExpressionSlot& slot);
// BETWEEN SYMMETRIC.
void rewrite_between(ExpressionSlot& slot);
// x = ANY('{1,2}'): the elements are compared as literals, of whatever type x is.
void rewrite_any_literal(ExpressionSlot& slot);

// The argument of ANY(…), which DuckDB's parser wraps into (SELECT unnest(…)); nullptr for other subqueries.
duckdb::ParsedExpression* array_of_any(duckdb::SubqueryExpression& any);

// numeric and decimal without a precision, as columns and casts get it.
bool is_bare_numeric(const duckdb::LogicalType& type);
duckdb::LogicalType widest_numeric();

}  // namespace smew::engine
