#pragma once
// The tokens of one text and the edits made to them. Internal to the token step of engine/.

#include "engine/dialect_tokens.hpp"
#include "sql/lexer.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine {

class TokenList {
public:
    explicit TokenList(std::string_view sql);

    // Behind the last token there are ends without number.
    const sql::Token& operator[](std::size_t i) const { return i < tokens_.size() ? tokens_[i] : end_; }
    bool symbol(std::size_t i, char symbol) const { return (*this)[i].is_symbol(symbol); }
    bool word(std::size_t i, std::string_view lower) const { return (*this)[i].is(lower); }
    bool words(std::size_t i, std::initializer_list<std::string_view> lower) const;
    // No blank between token i and the next.
    bool adjacent(std::size_t i) const;
    // Behind a name with its qualifications: a.b.c.
    std::size_t skip_name(std::size_t i) const;
    // Behind the parenthesis that closes the one at i; i itself when there is none at i.
    std::size_t skip_parentheses(std::size_t i) const;
    // As written, from token `first` up to `last`.
    std::string text(std::size_t first, std::size_t last) const;

    void replace(std::size_t first, std::size_t last, std::string text);
    void erase(std::size_t first, std::size_t last) { replace(first, last, " "); }
    void insert(std::size_t before, std::string text);
    bool edited(std::size_t i) const { return i < edited_.size() && edited_[i]; }
    // Tokens the last replace() took.
    std::size_t length_of_last() const { return length_of_last_; }
    void split() { splits_ = true; }

    Rewriting take() &&;

private:
    std::size_t place(std::size_t i) const;

    std::string_view sql_;
    std::vector<sql::Token> tokens_;
    std::vector<bool> edited_;
    sql::Token end_;
    std::vector<TextEdit> edits_;
    std::size_t length_of_last_ = 0;
    bool splits_ = false;
};

// The name under which an operator that DuckDB's grammar lacks is read.
std::optional<std::string> renamed_operator(std::string_view name);

}  // namespace smew::engine
