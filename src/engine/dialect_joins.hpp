#pragma once
// Conditions of outer joins that DuckDB cannot join by. Internal to engine/.

#include <duckdb/parser/tableref/joinref.hpp>

namespace smew::engine {

// … LEFT JOIN b ON b.number = ANY(a.numbers): the parser makes a subquery of ANY over an array, and DuckDB knows no
// outer join on a subquery that looks at both sides. list_contains() says the same where NULL is as good as false.
void rewrite_any_in_join(duckdb::JoinRef& join);

}  // namespace smew::engine
