#pragma once
// PostgreSQL's statements that a workspace has no use for: one table of what is said instead, so that none of them is
// a syntax error.

#include "core/error.hpp"
#include "sql/lexer.hpp"

#include <optional>
#include <string_view>

namespace smew::pgsession {

// 0A000 with what to do instead; nullopt: it is none of them.
std::optional<Error> refuse_statement(std::string_view statement);

}  // namespace smew::pgsession
