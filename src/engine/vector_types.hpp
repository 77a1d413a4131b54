#pragma once
// int2vector and oidvector, the catalogs' lists of numbers: lists to every function of lists, with PostgreSQL's text
// form ("1 2") and its subscripts, which begin at 0. Internal to engine/.

#include "engine/native_functions.hpp"

#include <duckdb/main/database.hpp>

#include <span>

namespace smew::engine {

// Call once, before any connection runs SQL.
void install_vector_casts(duckdb::DatabaseInstance& database);

// The overloads of DuckDB's functions that count subscripts.
std::span<const NativeFunction> vector_functions();

}  // namespace smew::engine
