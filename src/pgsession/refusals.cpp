#include "pgsession/refusals.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace smew::pgsession {
namespace {

struct Refusal {
    std::string_view words;  // the statement begins with; an object's kind behind CREATE, ALTER and DROP
    std::string_view hint;
};

constexpr std::string_view kOneUser =
    "A workspace has one user, who owns all that is in it; every workspace of a project reads the project's tables.";
constexpr std::string_view kUsers = "A workspace has one user. Its password is set through the REST API.";
constexpr std::string_view kWorkspaces = "Workspaces are made, changed and deleted through the REST API.";
constexpr std::string_view kOperator = "The server's operator decides this.";
constexpr std::string_view kNoCode =
    "Send the statements from the client; CREATE MACRO makes functions of one expression.";
constexpr std::string_view kNoTriggers = "Do this in the client, or in the statement that changes the table.";
constexpr std::string_view kForeign = "Load the data through the REST API, or with COPY … FROM STDIN.";
constexpr std::string_view kExtensions = "The extensions of a workspace are fixed.";
constexpr std::string_view kSnapshots =
    "Use CREATE VIEW, or CREATE OR REPLACE TABLE … AS SELECT … and run it again when it is to be refreshed.";
constexpr std::string_view kDomains = "Use the type itself, with a CHECK constraint on the column.";

constexpr std::array kStatements{
    Refusal{"grant", kOneUser},
    Refusal{"revoke", kOneUser},
    Refusal{"reassign owned", kOneUser},
    Refusal{"security label", kOneUser},
    Refusal{"do", kNoCode},
    Refusal{"cluster", "Order the rows in a new table: CREATE TABLE … AS SELECT … ORDER BY …."},
    Refusal{"reindex", "Indexes are kept in order as rows change. DROP INDEX and CREATE INDEX make one anew."},
    Refusal{"refresh materialized view", kSnapshots},
    Refusal{"import foreign schema", kForeign},
    Refusal{"alter system", kOperator},
    Refusal{"alter default privileges", kOneUser},
    Refusal{"drop owned", kOneUser},
};

constexpr std::array kObjects{
    Refusal{"role", kUsers},
    Refusal{"user mapping", kForeign},
    Refusal{"user", kUsers},
    Refusal{"group", kUsers},
    Refusal{"database", kWorkspaces},
    Refusal{"tablespace", kOperator},
    Refusal{"extension", kExtensions},
    Refusal{"language", kNoCode},
    Refusal{"trusted language", kNoCode},
    Refusal{"procedural language", kNoCode},
    Refusal{"procedure", kNoCode},
    Refusal{"routine", kNoCode},
    Refusal{"aggregate", "Use the aggregates there are, or CREATE MACRO over them."},
    Refusal{"operator", "Use CREATE MACRO."},
    Refusal{"cast", "Use CREATE MACRO."},
    Refusal{"collation", "Text is compared by its bytes; COLLATE NOCASE and COLLATE NOACCENT are there."},
    Refusal{"conversion", "All text is UTF-8."},
    Refusal{"domain", kDomains},
    Refusal{"trigger", kNoTriggers},
    Refusal{"constraint trigger", kNoTriggers},
    Refusal{"event trigger", kNoTriggers},
    Refusal{"rule", kNoTriggers},
    Refusal{"policy", "Row policies of the project's tables are set through the REST API."},
    Refusal{"publication", "Load tables through the REST API; workspaces see new versions by themselves."},
    Refusal{"subscription", "Load tables through the REST API; workspaces see new versions by themselves."},
    Refusal{"server", kForeign},
    Refusal{"foreign", kForeign},
    Refusal{"materialized view", kSnapshots},
    Refusal{"statistics", "The engine keeps statistics by itself; ANALYZE refreshes them."},
    Refusal{"text search", "Use LIKE, ILIKE, regexp_matches() or list functions."},
    Refusal{"transform", kNoCode},
    Refusal{"access method", kOperator},
    Refusal{"large object", "Keep the bytes in a column of type bytea."},
};

// The lexer behind `words` when the text begins with them.
std::optional<sql::Lexer> skip_words(sql::Lexer lexer, std::string_view words) {
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (!lexer.next().is(words.substr(0, end))) return std::nullopt;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return lexer;
}

std::string upper(std::string_view words) {
    std::string text(words);
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    return text;
}

Error refused(const std::string& statement, std::string_view hint) {
    return {sqlstate::kFeatureNotSupported, statement + " is not supported", "", std::string(hint)};
}

// CREATE [OR REPLACE] [TEMP] …
sql::Lexer behind_modifiers(sql::Lexer lexer) {
    if (const auto replaced = skip_words(lexer, "or replace")) lexer = *replaced;
    for (const std::string_view word : {"global", "local", "temp", "temporary", "unlogged"}) {
        if (lexer.peek().is(word)) lexer.next();
    }
    return lexer;
}

// PostgreSQL's functions have a language; DuckDB's CREATE FUNCTION is its CREATE MACRO and has none.
std::optional<Error> refuse_function(sql::Lexer lexer) {
    for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::kEnd; token = lexer.next()) {
        if (token.is("language") || token.is("returns"))
            return refused("CREATE FUNCTION with a body in a language", kNoCode);
    }
    return std::nullopt;
}

// What a table has behind its columns.
std::optional<Error> refuse_table(sql::Lexer lexer) {
    int depth = 0;
    for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::kEnd; token = lexer.next()) {
        if (token.is_symbol('(')) ++depth;
        if (token.is_symbol(')')) --depth;
        if (depth > 0) continue;
        if (token.is("as")) break;
        const bool partition = token.is("partition") && (lexer.peek().is("by") || lexer.peek().is("of"));
        if (partition) {
            return refused("CREATE TABLE … PARTITION " + upper(lexer.peek().text),
                           "Make one table: the engine skips row groups by their minimum and maximum by itself.");
        }
        if (token.is("inherits")) return refused("CREATE TABLE … INHERITS", "Name the columns, or use LIKE.");
    }
    return std::nullopt;
}

std::optional<Error> refuse_object(std::string_view verb, sql::Lexer lexer) {
    if (verb == "create") {
        lexer = behind_modifiers(lexer);
        if (const auto table = skip_words(lexer, "table")) return refuse_table(*table);
        if (const auto function = skip_words(lexer, "function")) return refuse_function(*function);
    }
    for (const Refusal& refusal : kObjects) {
        if (skip_words(lexer, refusal.words)) return refused(upper(verb) + " " + upper(refusal.words), refusal.hint);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Error> refuse_statement(std::string_view statement) {
    const sql::Lexer lexer(statement);
    for (const Refusal& refusal : kStatements) {
        if (skip_words(lexer, refusal.words)) return refused(upper(refusal.words), refusal.hint);
    }
    for (const std::string_view verb : {"create", "alter", "drop", "comment on"}) {
        if (const auto behind = skip_words(lexer, verb)) return refuse_object(verb, *behind);
    }
    return std::nullopt;
}

}  // namespace smew::pgsession
