#pragma once
// DuckDB's errors as PostgreSQL's (SQLSTATE, wording, position), and the way back: smew's own errors raised inside
// DuckDB's hooks. Internal to engine/. Nothing here lets a path of the server or the name of an attached version out.

#include "core/error.hpp"

#include <duckdb/common/error_data.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace smew::engine {

// `sql` is the text the statement was parsed from; DuckDB's byte offset becomes a character position in it.
Error to_error(const duckdb::ErrorData& error, std::string_view sql = {});
Error to_error(const std::exception& exception, std::string_view sql = {});

// For hooks that DuckDB calls: travels through DuckDB as an exception, and to_error() gives it back unchanged.
[[noreturn]] void throw_through_duckdb(const Error& error);

// The text without names of attached version files: "in_c_sales.orders@17".main.data reads in_c_sales.orders.
std::string without_aliases(std::string_view text);
// The text without absolute paths.
std::string without_paths(std::string_view text);

}  // namespace smew::engine
