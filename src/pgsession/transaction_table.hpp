#pragma once
// CREATE TEMP TABLE … ON COMMIT DROP: a table that lives as long as its transaction.

#include <optional>
#include <string>
#include <string_view>

namespace smew::pgsession {

// The table that a CREATE TABLE of that text has made and its transaction is to drop, as the engine's SQL names it.
std::optional<std::string> transaction_table(std::string_view create_table);

}  // namespace smew::pgsession
