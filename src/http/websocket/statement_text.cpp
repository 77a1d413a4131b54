#include "http/websocket/statement_text.hpp"

#include "sql/lexer.hpp"

#include <algorithm>
#include <initializer_list>

namespace smew::http::websocket {
namespace {

using sql::Token;
using sql::TokenKind;
using Words = std::initializer_list<std::string_view>;

bool is_one_of(const Token& token, Words words) {
    return token.kind == TokenKind::kWord &&
           std::any_of(words.begin(), words.end(), [&](std::string_view word) { return token.is(word); });
}

bool ends(const Token& token) {
    return token.kind == TokenKind::kEnd || token.kind == TokenKind::kSemicolon;
}

// The first words of a statement.
struct Opening {
    Token first, second, third;
};

Opening opening_of(sql::Lexer lexer) {
    Opening opening{.first = lexer.next(), .second = {}, .third = {}};
    while (opening.first.is_symbol('(') || opening.first.kind == TokenKind::kSemicolon) opening.first = lexer.next();
    opening.second = lexer.next();
    opening.third = lexer.next();
    return opening;
}

// "orders", "orders;", "in_c_sales.orders", "orders(": and nothing that would make it a sentence.
bool names_one_thing(const Opening& o) {
    return o.second.names_something() && (ends(o.third) || o.third.is_symbol('.') || o.third.is_symbol('('));
}

// Words that no sentence about data starts with, and statements made of one or two words.
bool is_plain_statement(const Opening& o) {
    if (is_one_of(o.first, {"select", "truncate", "rollback", "savepoint", "pivot", "unpivot", "vacuum", "unlisten",
                            "deallocate", "pragma", "reindex", "alter", "notify"})) {
        return true;
    }
    if (is_one_of(o.first, {"begin", "commit", "end", "abort"})) {
        return ends(o.second) || is_one_of(o.second, {"transaction", "work", "read", "isolation", "and", "prepared"});
    }
    return false;
}

bool is_definition(const Opening& o) {
    const Words kKinds = {"table",  "view",   "index",        "schema",   "temp",   "temporary", "or",
                          "unique", "domain", "materialized", "sequence", "type",   "macro",     "function",
                          "role",   "user",   "database",     "owned",    "policy", "extension", "unlogged"};
    return is_one_of(o.first, {"create", "drop"}) && is_one_of(o.second, kKinds);
}

// Words that sentences start with too: what follows decides.
bool goes_on_like_sql(const Opening& o) {
    const auto& [first, second, third] = o;
    if (first.is("with")) {
        return second.is("recursive") || (second.names_something() && (third.is("as") || third.is_symbol('(')));
    }
    if (first.is("insert") || first.is("merge")) return second.is("into") || second.is("or");
    if (first.is("delete")) return second.is("from");
    if (first.is("update")) return second.names_something() && (third.is("set") || third.is_symbol('.'));
    if (first.is("values")) return second.is_symbol('(');
    if (first.is("explain"))
        return second.is_symbol('(') ||
               is_one_of(second, {"select", "analyze", "verbose", "with", "insert", "update", "delete", "from"});
    if (first.is("set")) {
        return is_one_of(second, {"time", "local", "session", "transaction"}) ||
               (second.names_something() && (third.is("to") || third.is_symbol('=') || third.is_symbol('.')));
    }
    if (first.is("from")) return names_one_thing(o) || is_one_of(third, {"select", "where"});
    if (first.is("copy")) return names_one_thing(o) || second.is_symbol('(') || is_one_of(third, {"from", "to"});
    if (first.is("prepare") || first.is("execute")) return names_one_thing(o) || third.is("as");
    if (first.is("start")) return second.is("transaction");
    if (first.is("comment")) return second.is("on") && is_one_of(third, {"table", "column", "view", "schema"});
    if (is_one_of(first, {"reset", "discard", "release", "listen", "table", "call", "summarize", "describe", "show",
                          "analyze"})) {
        return names_one_thing(o) || second.is("time") || is_one_of(second, {"savepoint", "session"});
    }
    return false;
}

}  // namespace

bool looks_like_sql(std::string_view text) {
    const Opening opening = opening_of(sql::Lexer(text));
    return is_plain_statement(opening) || is_definition(opening) || goes_on_like_sql(opening);
}

bool only_reads(std::string_view text) {
    const Words kReading = {"select", "with", "values", "table", "from", "describe", "show", "summarize"};
    const Words kWriting = {"insert",   "update", "delete", "merge",  "create", "drop",   "alter",
                            "truncate", "copy",   "into",   "attach", "detach", "set",    "reset",
                            "call",     "vacuum", "export", "import", "load",   "install"};
    if (sql::split_statements(text).size() != 1 || !is_one_of(opening_of(sql::Lexer(text)).first, kReading))
        return false;
    sql::Lexer lexer(text);
    for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
        if (is_one_of(token, kWriting) || token.kind == TokenKind::kUnterminated) return false;
    }
    return true;
}

}  // namespace smew::http::websocket
