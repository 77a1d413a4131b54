#pragma once
// Tokens of SQL text, exact enough to split a message into statements and to recognise session statements: quotes, E'',
// dollar quotes, nested comments. What a statement means is the engine's business.
// Source: PostgreSQL 15 documentation, 4.1 "Lexical Structure"; DuckDB's scanner follows the same rules.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::sql {

enum class TokenKind : std::uint8_t {
    kEnd,
    kWord,              // a key word or an unquoted name
    kQuotedIdentifier,  // "…"
    kString,            // '…', E'…', $$…$$
    kNumber,
    kParameter,  // $1
    kSymbol,     // one character of anything else
    kSemicolon,
    kUnterminated,  // a quote or comment that does not end; it takes the rest of the text
};

struct Token {
    TokenKind kind = TokenKind::kEnd;
    std::string_view text;  // as written

    // Compares a word, ignoring case; `lower` is in lower case.
    bool is(std::string_view lower) const;
    bool is_symbol(char symbol) const { return kind == TokenKind::kSymbol && text.front() == symbol; }
    bool names_something() const { return kind == TokenKind::kWord || kind == TokenKind::kQuotedIdentifier; }
};

class Lexer {
public:
    explicit Lexer(std::string_view sql) : sql_(sql) {}

    Token next();
    Token peek() const { return Lexer(*this).next(); }
    // What has not been read, from the end of the last token on.
    std::string_view rest() const { return sql_.substr(position_); }

private:
    void skip_blanks();
    bool skip_block_comment();
    Token take(TokenKind kind, std::size_t end);
    Token quoted(std::size_t start, char quote, bool backslashes, TokenKind kind);
    Token dollar();
    Token word();
    Token number();

    std::string_view sql_;
    std::size_t position_ = 0;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string to_lower(std::string_view text);

// The name an identifier token stands for: folded to lower case, or what the quotes hold.
std::string identifier_value(const Token& token);
// What a string token stands for.
std::string string_value(const Token& token);

// The text with its Unicode escapes resolved, as U&'…' writes them: \0061 and \+000061, `mark` in the place of \.
// nullopt when one is malformed.
std::optional<std::string> unicode_value(std::string_view text, char mark);

// The statements of a message, without the semicolons; statements of blanks and comments alone are left out.
std::vector<std::string_view> split_statements(std::string_view sql);

}  // namespace smew::sql
