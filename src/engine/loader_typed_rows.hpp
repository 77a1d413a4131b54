#pragma once
// Loading of rows whose values arrive with a type of their own (Parquet, NDJSON): a fast way that fails as a whole, and
// a slow one that tries each value, to say which row is at fault or to leave it out.

#include "engine/loader_source.hpp"

#include <string>
#include <vector>

namespace smew::engine::loader {

// One column of the file on its way into one of the table, all SQL.
struct Field {
    std::size_t column;   // its place among the table's columns
    std::string strict;   // the value over `fast`; whatever type, the INSERT casts it or fails
    std::string raw;      // the value as text over `slow`, NULL where the file has none
    std::string lenient;  // the value over `slow`, cast to the column's type, NULL where it cannot be
};

struct TypedRows {
    std::string fast;   // FROM …
    std::string slow;   // FROM …, the same rows in the same order
    std::string whole;  // over `slow`: true where the row itself can be read; empty: always
    std::vector<Field> fields;
};

// Adds the rows to `target`; see Source::load_into.
Result<std::uint64_t> load_typed_rows(JobDatabase& database, const TypedRows& rows,
                                      const std::vector<link::ColumnSpec>& columns, std::string_view target,
                                      std::uint64_t max_rejected, Rejections& rejections);

}  // namespace smew::engine::loader
