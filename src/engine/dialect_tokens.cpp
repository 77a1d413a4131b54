#include "engine/dialect_tokens.hpp"

#include "engine/dialect_statements.hpp"
#include "engine/dialect_token_list.hpp"
#include "engine/dialect_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <optional>

namespace smew::engine {
namespace {

using sql::Token;
using sql::TokenKind;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool has_operator_word(std::string_view sql) {
    for (std::size_t at = 0; at + 8 < sql.size(); ++at) {
        const void* found = std::memchr(sql.data() + at, '(', sql.size() - at);
        if (found == nullptr) return false;
        at = static_cast<std::size_t>(static_cast<const char*>(found) - sql.data());
        std::size_t end = at;
        while (end > 0 && (sql[end - 1] == ' ' || sql[end - 1] == '\n' || sql[end - 1] == '\t')) --end;
        if (end >= 8 && sql::equal_ignoring_case(sql.substr(end - 8, 8), "operator")) return true;
    }
    return false;
}

// The quote at `at` follows one of B, X and &, which is no end of a longer word.
bool is_marked(std::string_view sql, std::size_t at) {
    if (at == 0) return false;
    const char mark = lower(sql[at - 1]);
    if (mark == '&') return true;
    if (mark != 'b' && mark != 'x') return false;
    const char before = at < 2 ? ' ' : sql[at - 2];
    return std::isalnum(static_cast<unsigned char>(before)) == 0 && before != '_' && before != '\'';
}

// Whether every quote begins or ends a string: nothing in the text could hold one otherwise.
bool quotes_come_in_pairs(std::string_view sql) {
    for (const char* other : {"\"", "$", "\\", "--", "/*"}) {
        if (sql.find(other) != std::string_view::npos) return false;
    }
    return true;
}

// B'1' begins one, 'a b' ends one.
bool has_marked_string(std::string_view sql) {
    std::optional<bool> paired;
    bool inside = false;
    for (std::size_t at = sql.find('\''); at != std::string_view::npos; at = sql.find('\'', at + 1)) {
        if (is_marked(sql, at)) {
            if (!paired) paired = quotes_come_in_pairs(sql);
            if (!*paired || !inside) return true;
        }
        inside = !inside;
    }
    return false;
}

// -- what single tokens and short runs of them become

std::string quoted(std::string_view value) {
    std::string out = "'";
    for (const char c : value) out.append(c == '\'' ? 2 : 1, c);
    return out + "'";
}

void rewrite_bits(TokenList& list, std::size_t i) {
    const std::string_view digits = list[i].text.substr(2, list[i].text.size() - 3);
    std::string bits;
    if (lower(list[i].text.front()) == 'b') {
        bits = digits;
    } else {
        for (const char c : digits) {
            const char* hex = "0123456789abcdef";
            const char* digit = std::strchr(hex, lower(c));
            if (digit == nullptr || *digit == '\0') {
                bits = digits;  // the cast tells what is wrong
                break;
            }
            for (int bit = 3; bit >= 0; --bit) bits += ((digit - hex) >> bit & 1) != 0 ? '1' : '0';
        }
    }
    list.replace(i, i + 1, "(" + quoted(bits) + "::BIT)");
}

// U&'d\0061t' and U&"…"; the escape character may be another: UESCAPE '!'.
bool rewrite_unicode(TokenList& list, std::size_t i) {
    if (!list[i].is("u") || !list.symbol(i + 1, '&') || !list.adjacent(i) || !list.adjacent(i + 1)) return false;
    const Token& text = list[i + 2];
    const bool name = text.kind == TokenKind::kQuotedIdentifier;
    if (!name && (text.kind != TokenKind::kString || text.text.front() != '\'')) return false;
    const bool marked = list.word(i + 3, "uescape") && list[i + 4].kind == TokenKind::kString;
    const std::string mark = marked ? sql::string_value(list[i + 4]) : "\\";
    const auto value = sql::unicode_value(name ? sql::identifier_value(text) : sql::string_value(text), mark.front());
    if (!value || mark.size() != 1) return false;
    std::string spelled = quoted(*value);
    if (name) {
        spelled = "\"";
        for (const char c : *value) spelled.append(c == '"' ? 2 : 1, c);
        spelled += "\"";
    }
    list.replace(i, i + (marked ? 5 : 3), spelled);
    return true;
}

void rewrite_string(TokenList& list, std::size_t i) {
    const std::string_view text = list[i].text;
    const char mark = lower(text.front());
    if (mark == 'b' || mark == 'x') return rewrite_bits(list, i);
    const bool escapes = mark == 'e' && text.find("\\u") != std::string_view::npos;
    if (escapes || (mark == 'e' && text.find("\\U") != std::string_view::npos)) {
        list.replace(i, i + 1, quoted(sql::string_value(list[i])));
    }
}

// OPERATOR(pg_catalog.=) as =.
bool rewrite_qualified_operator(TokenList& list, std::size_t i) {
    if (!list[i].is("operator") || !list.symbol(i + 1, '(')) return false;
    std::size_t at = i + 2;
    if (list.word(at, "pg_catalog") && list.symbol(at + 1, '.')) at += 2;
    const std::size_t first = at;
    while (list[at].kind == TokenKind::kSymbol && !list.symbol(at, ')')) ++at;
    if (at == first || !list.symbol(at, ')')) return false;
    std::string name = list.text(first, at);
    if (const auto other = renamed_operator(name)) name = *other;
    list.replace(i, at + 1, " " + name + " ");
    return true;
}

bool is_operator_symbol(const Token& token) {
    return token.kind == TokenKind::kSymbol &&
           std::string_view("+-*/<>=~!@#%^&|`?").find(token.text.front()) != std::string_view::npos;
}

// a -> 'key' binds weakly to DuckDB, which reads lambdas so; what follows tells one from the other.
bool is_key(const Token& token) {
    return token.kind == TokenKind::kString || token.kind == TokenKind::kNumber || token.kind == TokenKind::kParameter;
}

std::size_t rewrite_operator(TokenList& list, std::size_t i) {
    std::size_t end = i;
    while (is_operator_symbol(list[end]) && (end == i || list.adjacent(end - 1))) ++end;
    if (end == i) return 0;
    const std::string name = list.text(i, end);
    const bool arrow = name == "->" || name == "->>";
    if (const auto other = renamed_operator(name); other && (!arrow || is_key(list[end]))) {
        list.replace(i, end, *other);
    }
    return end - i;
}

// FOR UPDATE and its like: a snapshot cannot change under its reader, so there is nothing to lock for a SELECT.
std::size_t rewrite_locking(TokenList& list, std::size_t i) {
    if (!list.word(i, "for")) return 0;
    std::size_t at = i + 1;
    if (list.words(at, {"no", "key", "update"}))
        at += 3;
    else if (list.words(at, {"key", "share"}))
        at += 2;
    else if (list.word(at, "update") || list.word(at, "share"))
        at += 1;
    else
        return 0;
    if (list.word(at, "of")) {
        do at = list.skip_name(at + 1);
        while (list.symbol(at, ','));
    }
    if (list.word(at, "nowait")) at += 1;
    if (list.words(at, {"skip", "locked"})) at += 2;
    list.erase(i, at);
    return at - i;
}

// INTERVAL '1-2' YEAR TO MONTH: the text tells the fields.
std::size_t rewrite_interval_fields(TokenList& list, std::size_t i) {
    if (list[i].kind != TokenKind::kString || !list.word(i + 2, "to")) return 0;
    constexpr std::array kFields = {"year", "month", "day", "hour", "minute", "second"};
    const auto is_field = [&](std::size_t at) {
        return std::any_of(kFields.begin(), kFields.end(), [&](const char* field) { return list.word(at, field); });
    };
    if (!is_field(i + 1) || !is_field(i + 3)) return 0;
    list.erase(i + 1, i + 4);
    return 4;
}

// x::pg_catalog.text, CAST(x AS pg_catalog.text): names that are key words to DuckDB take no schema.
bool rewrite_qualified_type(TokenList& list, std::size_t i) {
    if (!list.word(i, "pg_catalog") || !list.symbol(i + 1, '.') || i == 0) return false;
    if (!list.word(i - 1, "as") && !list.symbol(i - 1, ':')) return false;
    list.erase(i, i + 2);
    return true;
}

std::size_t rewrite_word(TokenList& list, std::size_t i) {
    if (rewrite_unicode(list, i)) return 3;
    if (rewrite_qualified_operator(list, i)) return list.length_of_last();
    if (rewrite_qualified_type(list, i)) return 2;
    if (const std::size_t taken = rewrite_locking(list, i)) return taken;
    if (rewrite_float(list, i) || rewrite_reserved_name(list, i)) return 1;
    if (list.words(i, {"between", "symmetric"})) {
        list.replace(i + 1, i + 2, std::string(dialect::kSymmetric));
        return 2;
    }
    if (list.word(i, "using") && (list.symbol(i + 1, '<') || list.symbol(i + 1, '>'))) {
        list.replace(i, i + 2, list.symbol(i + 1, '<') ? "ASC" : "DESC");
        return 2;
    }
    if (list.words(i, {"on", "conflict", "on", "constraint"})) {
        list.erase(i + 2, list.skip_name(i + 4));
        return 5;
    }
    return 0;
}

}  // namespace

std::optional<std::string> renamed_operator(std::string_view name) {
    struct Pair {
        std::string_view postgres, own;
    };
    constexpr std::array kPairs = {
        Pair{"#", dialect::kXor},         Pair{"#>", dialect::kPath},  Pair{"#>>", dialect::kPathText},
        Pair{"#-", dialect::kDeletePath}, Pair{"?", dialect::kHasKey}, Pair{"?|", dialect::kHasAnyKey},
        Pair{"?&", dialect::kHasAllKeys}, Pair{"->", dialect::kArrow}, Pair{"->>", dialect::kArrowText},
    };
    for (const Pair& pair : kPairs) {
        if (pair.postgres == name) return std::string(pair.own);
    }
    return std::nullopt;
}

bool loses_meaning(std::string_view sql) {
    return has_marked_string(sql) || sql.find("->") != std::string_view::npos || has_operator_word(sql) ||
           mentions_float(sql);
}

Result<Rewriting> rewrite_tokens(std::string_view sql) {
    TokenList list(sql);
    if (auto statement = rewrite_statement(list); !statement) return statement.error();
    for (std::size_t i = 0; list[i].kind != TokenKind::kEnd;) {
        if (list.edited(i)) {
            ++i;
            continue;
        }
        std::size_t taken = 0;
        if (list[i].kind == TokenKind::kWord) taken = rewrite_word(list, i);
        if (list[i].kind == TokenKind::kString) {
            rewrite_string(list, i);
            taken = rewrite_interval_fields(list, i);
        }
        if (list[i].kind == TokenKind::kSymbol) taken = rewrite_operator(list, i);
        i += std::max<std::size_t>(taken, 1);
    }
    return std::move(list).take();
}

}  // namespace smew::engine
