#pragma once
// generate_series() of integers, which PostgreSQL gives as integers and DuckDB as bigint: x = ANY($1) with such an x
// then takes an integer[], as clients send it. In DuckDB's own dialect it stays bigint. Internal to engine/.

#include "engine/native_functions.hpp"

#include <duckdb/main/database.hpp>

namespace smew::engine {

// In FROM: beside DuckDB's own overloads.
void install_integer_series(duckdb::DatabaseInstance& database);
// As a list, of which a SELECT list makes rows.
std::span<const NativeFunction> series_functions();

}  // namespace smew::engine
