#pragma once
// SQL as text: what users' words must pass before they become part of a statement.

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace smew::http {

std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view text);

// True when `text` can stand between parentheses without ending them: brackets balance and never go below zero, strings
// and quoted names are closed, and there is no semicolon, comment, dollar quote or parameter. What the expression may
// touch is the worker's gate to judge. Error 42601 says what is wrong.
Result<void> check_expression(std::string_view text);

// The same for the name of a type, which has fewer characters: VARCHAR, DECIMAL(12,2), STRUCT(a INTEGER), ENUM('x').
Result<void> check_type(std::string_view text);

}  // namespace smew::http
