#include "reporting/statement_text.hpp"

#include "sql/normaliser.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace smew::reporting {
namespace {

constexpr std::array<std::string_view, 30> kOperations{
    "ALTER",   "ANALYZE",  "BEGIN",     "CALL",    "CHECKPOINT", "CLOSE",   "COMMENT",  "COMMIT", "COPY",   "CREATE",
    "DECLARE", "DELETE",   "DESCRIBE",  "DISCARD", "DROP",       "EXPLAIN", "FETCH",    "INSERT", "MERGE",  "PREPARE",
    "RELEASE", "ROLLBACK", "SAVEPOINT", "SELECT",  "SET",        "SHOW",    "TRUNCATE", "UPDATE", "VALUES", "WITH"};

std::string upper_word(std::string_view text) {
    std::string word;
    for (const char c : text) {
        if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
        word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return word;
}

}  // namespace

std::string told_text(const link::QueryRecord& record) {
    if (record.query.empty()) return record.query_hash;
    if (record.sqlstate == sqlstate::kSyntaxError) return sql::first_word_only(record.query);
    return sql::normalise(record.query).text;
}

std::string operation_of(const link::QueryRecord& record) {
    // The tag knows what WITH … began; a statement that failed has none.
    const std::string tagged = upper_word(record.command_tag);
    const std::string word = tagged.empty() ? upper_word(sql::first_word_only(record.query)) : tagged;
    return std::ranges::find(kOperations, word) != kOperations.end() ? word : "OTHER";
}

std::string transaction_name(const link::QueryRecord& record) {
    return std::string(to_text(record.door)) + " " + operation_of(record);
}

}  // namespace smew::reporting
