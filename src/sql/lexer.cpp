#include "sql/lexer.hpp"

#include <algorithm>
#include <cstring>

namespace smew::sql {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool starts_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool continues_word(char c) {
    return starts_word(c) || is_digit(c) || c == '$';
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

// Up to `limit` digits of `base` at `at`, which moves behind them.
std::uint32_t take_digits(std::string_view text, std::size_t& at, std::size_t limit, unsigned base) {
    std::uint32_t value = 0;
    for (std::size_t taken = 0; taken < limit && at < text.size(); ++taken, ++at) {
        const char c = lower(text[at]);
        const unsigned digit = is_digit(c)            ? static_cast<unsigned>(c - '0')
                               : c >= 'a' && c <= 'f' ? c - 'a' + 10U
                                                      : 99U;
        if (digit >= base) break;
        value = value * base + digit;
    }
    return value;
}

// One backslash escape of an E'' string; `at` stands behind the backslash.
void append_escape(std::string& out, std::string_view text, std::size_t& at) {
    const char c = text[at];
    if (c >= '0' && c <= '7') {
        out += static_cast<char>(take_digits(text, at, 3, 8));
        return;
    }
    ++at;
    switch (c) {
        case 'b':
            out += '\b';
            return;
        case 'f':
            out += '\f';
            return;
        case 'n':
            out += '\n';
            return;
        case 'r':
            out += '\r';
            return;
        case 't':
            out += '\t';
            return;
        case 'x':
            out += static_cast<char>(take_digits(text, at, 2, 16));
            return;
        case 'u':
            append_utf8(out, take_digits(text, at, 4, 16));
            return;
        case 'U':
            append_utf8(out, take_digits(text, at, 8, 16));
            return;
        default:
            out += c;
    }
}

std::string undouble(std::string_view inner, char quote) {
    std::string value;
    value.reserve(inner.size());
    for (std::size_t i = 0; i < inner.size(); ++i) {
        value += inner[i];
        if (inner[i] == quote) ++i;
    }
    return value;
}

std::string unescape(std::string_view inner) {
    std::string value;
    for (std::size_t i = 0; i < inner.size();) {
        if (inner[i] == '\\' && i + 1 < inner.size()) {
            append_escape(value, inner, ++i);
        } else {
            value += inner[i];
            i += inner[i] == '\'' ? 2 : 1;
        }
    }
    return value;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string to_lower(std::string_view text) {
    std::string folded(text);
    std::ranges::transform(folded, folded.begin(), lower);
    return folded;
}

bool Token::is(std::string_view lower_word) const {
    return kind == TokenKind::kWord && equal_ignoring_case(text, lower_word);
}

void Lexer::skip_blanks() {
    while (position_ < sql_.size()) {
        if (is_blank(sql_[position_])) {
            ++position_;
        } else if (sql_.substr(position_).starts_with("--")) {
            position_ = std::min(sql_.find_first_of("\r\n", position_), sql_.size());
        } else if (!sql_.substr(position_).starts_with("/*") || !skip_block_comment()) {
            return;
        }
    }
}

// False when it does not end: it is left in place, to become an unterminated token.
bool Lexer::skip_block_comment() {
    std::size_t at = position_ + 2;
    for (int depth = 1; depth > 0;) {
        at = sql_.find_first_of("*/", at);
        if (at == std::string_view::npos || at + 1 >= sql_.size()) return false;
        const std::string_view pair = sql_.substr(at, 2);
        if (pair == "/*") ++depth;
        if (pair == "*/") --depth;
        at += pair == "/*" || pair == "*/" ? 2 : 1;
    }
    position_ = at;
    return true;
}

Token Lexer::take(TokenKind kind, std::size_t end) {
    const Token token{kind, sql_.substr(position_, end - position_)};
    position_ = end;
    return token;
}

Token Lexer::quoted(std::size_t start, char quote, bool backslashes, TokenKind kind) {
    std::size_t at = start + 1;
    while (at < sql_.size()) {
        if (backslashes && sql_[at] == '\\') {
            at += 2;
        } else if (sql_[at] != quote) {
            ++at;
        } else if (at + 1 < sql_.size() && sql_[at + 1] == quote) {
            at += 2;
        } else {
            return take(kind, at + 1);
        }
    }
    return take(TokenKind::kUnterminated, sql_.size());
}

Token Lexer::dollar() {
    std::size_t at = position_ + 1;
    if (at < sql_.size() && is_digit(sql_[at])) {
        while (at < sql_.size() && is_digit(sql_[at])) ++at;
        return take(TokenKind::kParameter, at);
    }
    if (at < sql_.size() && starts_word(sql_[at])) {
        while (at < sql_.size() && (starts_word(sql_[at]) || is_digit(sql_[at]))) ++at;
    }
    if (at >= sql_.size() || sql_[at] != '$') return take(TokenKind::kSymbol, position_ + 1);
    const std::string_view tag = sql_.substr(position_, at + 1 - position_);
    const std::size_t end = sql_.find(tag, at + 1);
    if (end == std::string_view::npos) return take(TokenKind::kUnterminated, sql_.size());
    return take(TokenKind::kString, end + tag.size());
}

Token Lexer::word() {
    const char next = position_ + 1 < sql_.size() ? sql_[position_ + 1] : ' ';
    const char first = lower(sql_[position_]);
    if (next == '\'' && (first == 'e' || first == 'b' || first == 'x' || first == 'n')) {
        return quoted(position_ + 1, '\'', first == 'e', TokenKind::kString);
    }
    std::size_t at = position_ + 1;
    while (at < sql_.size() && continues_word(sql_[at])) ++at;
    return take(TokenKind::kWord, at);
}

Token Lexer::number() {
    std::size_t at = position_;
    const auto digits = [&] {
        while (at < sql_.size() && (is_digit(sql_[at]) || sql_[at] == '_')) ++at;
    };
    digits();
    if (at < sql_.size() && sql_[at] == '.') {
        ++at;
        digits();
    }
    if (at < sql_.size() && lower(sql_[at]) == 'e') {
        std::size_t exponent = at + 1;
        if (exponent < sql_.size() && (sql_[exponent] == '+' || sql_[exponent] == '-')) ++exponent;
        if (exponent < sql_.size() && is_digit(sql_[exponent])) {
            at = exponent;
            digits();
        }
    }
    return take(TokenKind::kNumber, at);
}

Token Lexer::next() {
    skip_blanks();
    if (position_ >= sql_.size()) return {};
    const char c = sql_[position_];
    const char following = position_ + 1 < sql_.size() ? sql_[position_ + 1] : ' ';
    if (starts_word(c)) return word();
    if (is_digit(c) || (c == '.' && is_digit(following))) return number();
    switch (c) {
        case '\'':
            return quoted(position_, '\'', false, TokenKind::kString);
        case '"':
            return quoted(position_, '"', false, TokenKind::kQuotedIdentifier);
        case '$':
            return dollar();
        case ';':
            return take(TokenKind::kSemicolon, position_ + 1);
        case '/':
            if (following == '*') return take(TokenKind::kUnterminated, sql_.size());
            break;
        default:
            break;
    }
    return take(TokenKind::kSymbol, position_ + 1);
}

std::string identifier_value(const Token& token) {
    if (token.kind != TokenKind::kQuotedIdentifier) return to_lower(token.text);
    return undouble(token.text.substr(1, token.text.size() - 2), '"');
}

std::string string_value(const Token& token) {
    std::string_view text = token.text;
    if (text.starts_with('$')) {
        const std::size_t tag = text.find('$', 1) + 1;
        return std::string(text.substr(tag, text.size() - 2 * tag));
    }
    const bool escapes = lower(text.front()) == 'e';
    if (text.front() != '\'') text.remove_prefix(1);
    const std::string_view inner = text.substr(1, text.size() - 2);
    return escapes ? unescape(inner) : undouble(inner, '\'');
}

std::optional<std::string> unicode_value(std::string_view text, char mark) {
    std::string value;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != mark) {
            value += text[at++];
        } else if (text.substr(at + 1, 1) == std::string_view(&mark, 1)) {
            value += mark;
            at += 2;
        } else {
            const bool wide = text.substr(at + 1, 1) == "+";
            std::size_t end = at + (wide ? 2 : 1);
            const std::size_t digits = wide ? 6 : 4;
            const std::size_t start = end;
            const std::uint32_t code = take_digits(text, end, digits, 16);
            if (end - start != digits || code == 0 || code > 0x10FFFF) return std::nullopt;
            append_utf8(value, code);
            at = end;
        }
    }
    return value;
}

std::vector<std::string_view> split_statements(std::string_view sql) {
    std::vector<std::string_view> statements;
    Lexer lexer(sql);
    const char* start = nullptr;
    const char* end = nullptr;
    for (;;) {
        const Token token = lexer.next();
        const bool ends = token.kind == TokenKind::kEnd || token.kind == TokenKind::kSemicolon;
        if (ends && start != nullptr) statements.emplace_back(start, static_cast<std::size_t>(end - start));
        if (token.kind == TokenKind::kEnd) return statements;
        if (ends) {
            start = nullptr;
            continue;
        }
        if (start == nullptr) start = token.text.data();
        end = token.text.data() + token.text.size();
    }
}

}  // namespace smew::sql
