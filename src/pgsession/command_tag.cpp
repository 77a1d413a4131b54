#include "pgsession/transaction_block.hpp"
#include "sql/lexer.hpp"

#include <algorithm>
#include <cctype>

namespace smew::pgsession {
namespace {

using Kind = engine::StatementKind;

std::string first_words(std::string_view sql, int count) {
    sql::Lexer lexer(sql);
    std::string words;
    for (int i = 0; i < count; ++i) {
        const sql::Token token = lexer.next();
        if (token.kind != sql::TokenKind::kWord) break;
        words += (words.empty() ? "" : " ") + std::string(token.text);
    }
    std::ranges::transform(words, words.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return words.empty() ? "OK" : words;
}

}  // namespace

bool is_write(Kind kind) {
    return kind != Kind::kSelect;
}

std::string command_tag(Kind kind, std::string_view sql, bool returns_rows, std::uint64_t rows) {
    const std::string count = std::to_string(rows);
    switch (kind) {
        case Kind::kSelect:
        case Kind::kCreateTableAs:
            return "SELECT " + count;
        case Kind::kInsert:
            return "INSERT 0 " + count;
        case Kind::kUpdate:
            return "UPDATE " + count;
        case Kind::kDelete:
            return "DELETE " + count;
        case Kind::kMerge:
            return "MERGE " + count;
        case Kind::kExplain:
            return "EXPLAIN";
        case Kind::kCreateTable:
            return "CREATE TABLE";
        case Kind::kCreateView:
            return "CREATE VIEW";
        case Kind::kCreateSchema:
            return "CREATE SCHEMA";
        case Kind::kCreateSequence:
            return "CREATE SEQUENCE";
        case Kind::kCreateIndex:
            return "CREATE INDEX";
        case Kind::kCreateType:
            return "CREATE TYPE";
        case Kind::kCreateMacro:
            return "CREATE FUNCTION";
        case Kind::kDropTable:
            return "DROP TABLE";
        case Kind::kDropView:
            return "DROP VIEW";
        case Kind::kDropSchema:
            return "DROP SCHEMA";
        case Kind::kDropSequence:
            return "DROP SEQUENCE";
        case Kind::kDropIndex:
            return "DROP INDEX";
        case Kind::kDropType:
            return "DROP TYPE";
        case Kind::kDropMacro:
            return "DROP FUNCTION";
        case Kind::kAlterTable:
            return "ALTER TABLE";
        case Kind::kAlterView:
            return "ALTER VIEW";
        case Kind::kAlterOther:
            return first_words(sql, 2);
        case Kind::kComment:
            return "COMMENT";
        case Kind::kTruncate:
            return "TRUNCATE TABLE";
        case Kind::kBegin:
            return "BEGIN";
        case Kind::kCommit:
            return "COMMIT";
        case Kind::kRollback:
            return "ROLLBACK";
        case Kind::kAnalyze:
            return "ANALYZE";
        case Kind::kOther:
            break;
    }
    return returns_rows ? "SELECT " + count : first_words(sql, 1);
}

}  // namespace smew::pgsession
