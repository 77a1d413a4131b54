#pragma once
// Text that goes into the loader's own statements: everything of the caller is quoted here or checked in
// loader_expression.

#include "core/error.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine::loader {

// "a", "b"
std::string quote_identifiers(std::span<const std::string> names);

// 22023 when the text cannot be written into a statement: NUL, or longer than `max_bytes`. `what` names it in the
// error.
Result<void> checked_text(std::string_view text, std::size_t max_bytes, std::string_view what);

// Valid as the name of a column: not empty, no control characters, at most 255 bytes. 42602 otherwise.
Result<void> checked_column_name(std::string_view name);

// Equal as DuckDB compares identifiers: ASCII letters in any case.
bool same_identifier(std::string_view left, std::string_view right);

// The index of the identifier, or names.size().
std::size_t find_identifier(std::span<const std::string> names, std::string_view name);

// Makes names of a file's header fit for columns, keeping their order and number: blanks around them and control
// characters go, empty ones become columnN, repeated ones get _1, _2, …
std::vector<std::string> usable_column_names(std::span<const std::string> names);

// At most `max_bytes` of it, cut between characters of UTF-8, with "…" where something was cut.
std::string shortened(std::string_view text, std::size_t max_bytes);

}  // namespace smew::engine::loader
