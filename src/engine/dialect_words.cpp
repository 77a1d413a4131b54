#include "engine/dialect_words.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace smew::engine {
namespace {

using sql::Token;
using sql::TokenKind;

bool is_one_of(const Token& token, std::span<const std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
}

constexpr std::array<std::string_view, 20> kReservedByDuckDb = {
    "anti",   "asof",   "at",           "by",         "columns", "describe",    "glob",
    "lambda", "map",    "pivot",        "positional", "qualify", "pivot_wider", "semi",
    "show",   "struct", "pivot_longer", "summarize",  "unpack",  "unpivot"};
// Behind these an expression or a column's name begins.
constexpr std::array<std::string_view, 20> kBeforeNames = {
    "select", "distinct", "where", "and",  "or", "not",    "on",  "by",     "set",  "returning",
    "having", "when",     "then",  "else", "to", "column", "add", "rename", "case", "exists"};
// These begin a query inside parentheses.
constexpr std::array<std::string_view, 6> kBeginQuery = {"describe", "show", "summarize", "pivot", "unpivot", "lambda"};

bool defines(const TokenList& list) {
    return list.word(0, "create") || list.word(0, "alter") || list.word(0, "insert");
}

bool is_operator(const Token& token) {
    return token.kind == TokenKind::kSymbol &&
           std::string_view("=<>+-*/%|~").find(token.text.front()) != std::string_view::npos;
}

// Whether CREATE TABLE or ALTER TABLE stands a column's type at i: behind its name, or behind TYPE.
bool is_column_type(const TokenList& list, std::size_t i) {
    if (i < 2 || !(list.word(0, "create") || list.word(0, "alter"))) return false;
    if (list.word(i - 1, "type")) return true;
    const TokenKind kind = list[i - 1].kind;
    if (kind != TokenKind::kWord && kind != TokenKind::kQuotedIdentifier) return false;
    constexpr std::array<std::string_view, 3> kBeforeColumn = {"column", "add", "exists"};
    if (is_one_of(list[i - 1], kBeforeColumn)) return false;
    return list.symbol(i - 2, '(') || list.symbol(i - 2, ',') || is_one_of(list[i - 2], kBeforeColumn);
}

// Behind AS in CAST(x AS …).
bool is_cast_target(const TokenList& list, std::size_t i) {
    if (i < 2 || !list.word(i - 1, "as")) return false;
    int depth = 0;
    for (std::size_t at = i - 1; at > 0; --at) {
        if (list.symbol(at, ')')) ++depth;
        if (list.symbol(at, '(') && depth-- == 0) return list.word(at - 1, "cast") || list.word(at - 1, "try_cast");
    }
    return false;
}

// PREPARE p (int, float) AS …
bool is_parameter_type(const TokenList& list, std::size_t i) {
    if (!list.word(0, "prepare") || !(list.symbol(i - 1, '(') || list.symbol(i - 1, ','))) return false;
    for (std::size_t at = 1; at < i; ++at) {
        if (list.word(at, "as")) return false;
    }
    return true;
}

}  // namespace

bool rewrite_reserved_name(TokenList& list, std::size_t i) {
    const Token& word = list[i];
    if (i == 0 || !is_one_of(word, kReservedByDuckDb)) return false;
    if (list.symbol(i + 1, '(') || list.symbol(i + 1, '{')) return false;
    const bool in_list = list.symbol(i - 1, '(') || list.symbol(i - 1, ',');
    if (!in_list && !is_one_of(list[i - 1], kBeforeNames) && !is_operator(list[i - 1])) return false;
    if (is_one_of(word, kBeginQuery) && list[i + 1].kind == TokenKind::kWord && !defines(list)) return false;
    list.replace(i, i + 1, "\"" + sql::to_lower(word.text) + "\"");
    return true;
}

bool rewrite_float(TokenList& list, std::size_t i) {
    if (i == 0 || !list.word(i, "float") || list.symbol(i + 1, '(')) return false;
    const bool typed_literal = list[i + 1].kind == TokenKind::kString;
    const bool type = list.symbol(i - 1, ':') || typed_literal || is_cast_target(list, i) || is_column_type(list, i) ||
                      is_parameter_type(list, i);
    if (type) list.replace(i, i + 1, "float8");
    return type;
}

bool mentions_float(std::string_view sql) {
    constexpr std::string_view kFloat = "float";
    const auto same = [](char written, char lower) { return (written | 0x20) == lower; };
    return std::search(sql.begin(), sql.end(), kFloat.begin(), kFloat.end(), same) != sql.end();
}

}  // namespace smew::engine
