#include "pgsession/transaction_table.hpp"

#include "sql/lexer.hpp"

#include <array>

namespace smew::pgsession {
namespace {

bool drops_on_commit(sql::Lexer lexer) {
    constexpr std::array<std::string_view, 3> kClause = {"on", "commit", "drop"};
    std::size_t found = 0;
    for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::kEnd; token = lexer.next()) {
        if (!token.is(kClause[found])) found = 0;
        if (token.is(kClause[found]) && ++found == kClause.size()) return true;
    }
    return false;
}

}  // namespace

std::optional<std::string> transaction_table(std::string_view create_table) {
    sql::Lexer lexer(create_table);
    sql::Token token = lexer.next();
    while (token.kind != sql::TokenKind::kEnd && !token.is("table")) token = lexer.next();
    token = lexer.next();
    if (token.is("if")) {
        lexer.next();  // NOT
        lexer.next();  // EXISTS
        token = lexer.next();
    }
    while (token.names_something() && lexer.peek().is_symbol('.')) {
        lexer.next();
        token = lexer.next();
    }
    if (!token.names_something() || !drops_on_commit(lexer)) return std::nullopt;
    std::string name = "temp.main.\"";
    for (const char c : sql::identifier_value(token)) name.append(c == '"' ? 2 : 1, c);
    return name + '"';
}

}  // namespace smew::pgsession
