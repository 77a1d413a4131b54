#include "sql/literals.hpp"

#include "sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace smew::sql {
namespace {

constexpr std::size_t kMaxLiterals = 64;
constexpr std::string_view kOperatorCharacters = "+-*/<>=~!@#%^&|`?:";
constexpr std::array<std::string_view, 7> kComparisons{"=", "<>", "!=", "<", ">", "<=", ">="};
// What may stand behind an operand. Anything else may be an operator, a cast or a name that takes the literal into it.
constexpr std::array<std::string_view, 26> kFollowers{
    "for",   "as",        "and",   "or",    "order",  "group",     "having", "limit", "offset",
    "fetch", "returning", "where", "union", "except", "intersect", "on",     "then",  "when",
    "left",  "right",     "inner", "full",  "cross",  "join",      "from",   "window"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
    return std::ranges::find(words, text) != words.end();
}

bool follows_operand(const Token& token) {
    if (token.kind == TokenKind::kEnd || token.is_symbol(')') || token.is_symbol(',')) return true;
    return token.kind == TokenKind::kWord && is_one_of(to_lower(token.text), kFollowers);
}

bool ends_name(const Token& token) {
    return token.names_something() || token.is_symbol(')');
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<LiteralKind> kind_of(const Token& token) {
    if (token.kind == TokenKind::kString && token.text.front() == '\'') return LiteralKind::kString;
    if (token.kind != TokenKind::kNumber) return std::nullopt;
    if (all_digits(token.text)) return LiteralKind::kInteger;
    const std::size_t point = token.text.find('.');
    if (point == std::string_view::npos || !all_digits(token.text.substr(0, point)) ||
        !all_digits(token.text.substr(point + 1))) {
        return std::nullopt;
    }
    return LiteralKind::kDecimal;
}

// An operator as written, of one or more characters, or any other token.
struct Item {
    Token token;
    bool is_operator = false;
    bool is_comparison() const { return is_operator && is_one_of(token.text, kComparisons); }
    bool is_minus() const { return is_operator && token.text == "-"; }
};

bool is_operator_character(const Token& token) {
    return token.kind == TokenKind::kSymbol && kOperatorCharacters.find(token.text.front()) != std::string_view::npos;
}

std::vector<Item> items_of(std::string_view sql) {
    std::vector<Item> items;
    Lexer lexer(sql);
    for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
        const bool part = is_operator_character(token);
        if (part && !items.empty() && items.back().is_operator) {
            std::string_view& last = items.back().token.text;
            if (last.data() + last.size() == token.text.data()) {
                last = {last.data(), last.size() + token.text.size()};
                continue;
            }
        }
        items.push_back({token, part});
    }
    return items;
}

class Reader {
public:
    explicit Reader(std::string_view sql) : sql_(sql), items_(items_of(sql)) {}

    std::optional<ParameterForm> read() {
        while (!items_.empty() && items_.back().token.kind == TokenKind::kSemicolon) items_.pop_back();
        if (items_.empty() || !is_read()) return std::nullopt;
        for (at_ = 0; at_ < items_.size(); ++at_) {
            const TokenKind kind = item(at_).token.kind;
            if (kind == TokenKind::kParameter || kind == TokenKind::kSemicolon || kind == TokenKind::kUnterminated) {
                return std::nullopt;
            }
            follow_clauses();
            if (const std::optional<LiteralKind> literal = kind_of(item(at_).token)) take(*literal);
            if (form_.literals.size() > kMaxLiterals) return std::nullopt;
        }
        if (form_.literals.empty()) return std::nullopt;
        const Token& last = items_.back().token;
        copy_to(last.text.data() + last.text.size());
        return std::move(form_);
    }

private:
    bool is_read() {
        const Token& first = items_.front().token;
        inserts_ = first.is("insert");
        updates_ = first.is("update");
        return inserts_ || updates_ || first.is("select") || first.is("with") || first.is("delete");
    }

    // The item `back` places before `at`; an empty one before the first.
    Item item(std::size_t at, std::size_t back = 0) const { return back > at ? Item{} : items_[at - back]; }
    Token next() const { return at_ + 1 < items_.size() ? items_[at_ + 1].token : Token{}; }

    void follow_clauses() {
        const Token& token = items_[at_].token;
        if (token.is_symbol('(')) ++depth_;
        if (token.is_symbol(')')) --depth_;
        if (token.kind != TokenKind::kWord || depth_ != 0) return;
        if (token.is("values")) in_values_ = inserts_;
        if (token.is("on") || token.is("returning") || token.is("select")) in_values_ = false;
        if (token.is("set")) in_set_ = updates_;
        if (token.is("where") || token.is("from") || token.is("returning")) in_set_ = false;
    }

    void take(LiteralKind kind) {
        const bool negative = kind != LiteralKind::kString && item(at_, 1).is_minus() &&
                              item(at_, 1).token.text.data() + 1 == item(at_).token.text.data();
        const std::size_t first = at_ - (negative ? 1 : 0);
        if (first == 0 || !(is_value_of_row(first) || is_compared(first))) return;
        const bool stored = in_values_ || (in_set_ && depth_ == 0);
        const char* const begin = items_[first].token.text.data();
        const Token& token = items_[at_].token;
        const auto size = static_cast<std::size_t>(token.text.data() + token.text.size() - begin);
        copy_to(begin);
        form_.literals.push_back({kind, stored, {begin, size}});
        form_.sql += '$' + std::to_string(form_.literals.size());
        copied_ = begin + size;
    }

    bool is_value_of_row(std::size_t first) const {
        if (!in_values_ || depth_ != 1) return false;
        const Token before = item(first, 1).token;
        const Token after = next();
        return (before.is_symbol('(') || before.is_symbol(',')) && (after.is_symbol(',') || after.is_symbol(')'));
    }

    bool is_compared(std::size_t first) const {
        if (!follows_operand(next())) return false;
        const Item before = item(first, 1);
        if (before.is_comparison() || before.token.is("between")) return ends_name(item(first, 2).token);
        // x BETWEEN 1 AND 5
        return before.token.is("and") && first >= 4 && item(first, 3).token.is("between") &&
               ends_name(item(first, 4).token);
    }

    void copy_to(const char* end) {
        form_.sql.append(copied_, end);
        copied_ = end;
    }

    const std::string_view sql_;
    std::vector<Item> items_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool inserts_ = false, updates_ = false, in_values_ = false, in_set_ = false;
    const char* copied_ = sql_.data();
    ParameterForm form_;
};

}  // namespace

std::optional<ParameterForm> parameter_form(std::string_view sql) {
    return Reader(sql).read();
}

std::string literal_value(const Literal& literal) {
    if (literal.kind != LiteralKind::kString) return std::string(literal.written);
    return string_value({TokenKind::kString, literal.written});
}

std::size_t original_offset(const ParameterForm& form, std::string_view sql, std::size_t offset) {
    std::size_t shift = 0;  // what the literals before it are longer than their parameters; wraps around
    for (std::size_t i = 0; i < form.literals.size(); ++i) {
        const std::string_view written = form.literals[i].written;
        const auto begin = static_cast<std::size_t>(written.data() - sql.data());
        if (offset + shift <= begin) break;
        shift += written.size() - (1 + std::to_string(i + 1).size());
    }
    return offset + shift;
}

}  // namespace smew::sql
