#include "engine/dialect_token_list.hpp"

#include <algorithm>

namespace smew::engine {

using sql::TokenKind;

TokenList::TokenList(std::string_view sql) : sql_(sql) {
    sql::Lexer lexer(sql);
    for (sql::Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) tokens_.push_back(token);
    edited_.assign(tokens_.size(), false);
}

bool TokenList::words(std::size_t i, std::initializer_list<std::string_view> lower) const {
    return std::all_of(lower.begin(), lower.end(), [&](std::string_view wanted) { return word(i++, wanted); });
}

bool TokenList::adjacent(std::size_t i) const {
    return i + 1 < tokens_.size() && tokens_[i].text.data() + tokens_[i].text.size() == tokens_[i + 1].text.data();
}

std::size_t TokenList::skip_name(std::size_t i) const {
    if ((*this)[i].names_something()) ++i;
    while (symbol(i, '.') && (*this)[i + 1].names_something()) i += 2;
    return i;
}

std::size_t TokenList::skip_parentheses(std::size_t i) const {
    if (!symbol(i, '(')) return i;
    int depth = 0;
    for (std::size_t at = i; at < tokens_.size(); ++at) {
        if (symbol(at, '(')) ++depth;
        if (symbol(at, ')') && --depth == 0) return at + 1;
    }
    return i;
}

std::size_t TokenList::place(std::size_t i) const {
    return i < tokens_.size() ? static_cast<std::size_t>(tokens_[i].text.data() - sql_.data()) : sql_.size();
}

std::string TokenList::text(std::size_t first, std::size_t last) const {
    if (first >= last || first >= tokens_.size()) return {};
    const std::size_t end = place(last - 1) + (*this)[last - 1].text.size();
    return std::string(sql_.substr(place(first), end - place(first)));
}

void TokenList::replace(std::size_t first, std::size_t last, std::string text) {
    last = std::min(last, tokens_.size());
    if (first >= last) return;
    const std::size_t end = place(last - 1) + tokens_[last - 1].text.size();
    edits_.push_back({place(first), end - place(first), std::move(text)});
    std::fill(edited_.begin() + static_cast<std::ptrdiff_t>(first), edited_.begin() + static_cast<std::ptrdiff_t>(last),
              true);
    length_of_last_ = last - first;
}

void TokenList::insert(std::size_t before, std::string text) {
    edits_.push_back({place(before), 0, std::move(text)});
}

Rewriting TokenList::take() && {
    std::stable_sort(edits_.begin(), edits_.end(), [](const TextEdit& a, const TextEdit& b) { return a.at < b.at; });
    return {std::move(edits_), splits_};
}

}  // namespace smew::engine
