#include "sql/normaliser.hpp"

#include "sql/lexer.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace smew::sql {
namespace {

struct Piece {
    std::string_view text;
    bool literal = false;
    bool apart = false;  // a blank or comment stands before it
    bool word = false;
    bool more = false;  // stands for what was left out of a list

    bool is_symbol(char symbol) const { return !literal && !word && text.size() == 1 && text.front() == symbol; }
    bool is_word(std::string_view lower) const { return word && equal_ignoring_case(text, lower); }
    friend bool operator==(const Piece& a, const Piece& b) {
        if (a.literal || b.literal) return a.literal == b.literal;
        return a.word && b.word ? equal_ignoring_case(a.text, b.text) : a.text == b.text;
    }
};
using Pieces = std::vector<Piece>;

constexpr std::string_view kLiteral = "?";
constexpr std::string_view kMore = "...";

bool has_high_bytes(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

// A constant in the shape of a word, where it is a value and no part of a clause: IS NULL, NOT NULL, SET NULL.
bool is_constant_word(const Token& token, const Piece* before) {
    if (!token.is("null") && !token.is("true") && !token.is("false")) return false;
    if (before == nullptr) return true;
    return !before->is_word("is") && !before->is_word("not") && !before->is_word("set");
}

// A sign belongs to the number behind it unless it stands between two operands.
bool takes_sign(const Piece* before) {
    if (before == nullptr) return true;
    if (before->literal || before->is_symbol(')') || before->is_symbol(']')) return false;
    if (!before->word) return !before->text.starts_with('$') && !before->text.starts_with('"');
    static constexpr std::array<std::string_view, 18> kBeforeValues{
        "select", "values", "where", "and",  "or",     "not", "when", "then",   "else",
        "in",     "limit",  "by",    "from", "offset", "to",  "like", "return", "between"};
    return std::ranges::any_of(kBeforeValues, [&](std::string_view word) { return before->is_word(word); });
}

class Reader {
public:
    explicit Reader(std::string_view sql) : lexer_(sql) {}

    // False when the text has an end it should not have.
    bool read(Pieces& pieces) {
        for (;;) {
            const char* const end = lexer_.rest().data();
            const Token token = lexer_.next();
            if (token.kind == TokenKind::kEnd) return true;
            if (token.kind == TokenKind::kUnterminated || in_doubt(pieces, token, end)) return false;
            const bool apart = !pieces.empty() && token.text.data() != end;
            add(pieces, token, apart);
        }
    }

private:
    // Some blanks of Unicode end a word for the engine but not for the lexer, which then takes the e of e'\'' for a
    // part of that word, and its string for one without escapes.
    static bool in_doubt(const Pieces& pieces, const Token& token, const char* end) {
        return token.kind == TokenKind::kString && token.text.data() == end && token.text.front() == '\'' &&
               !pieces.empty() && pieces.back().word && has_high_bytes(pieces.back().text);
    }

    void add(Pieces& pieces, const Token& token, bool apart) {
        const Piece* const before = pieces.empty() ? nullptr : &pieces.back();
        if (token.kind == TokenKind::kNumber) {
            add_number(pieces, apart);
        } else if (token.kind == TokenKind::kString || is_constant_word(token, before)) {
            pieces.push_back({.text = kLiteral, .literal = true, .apart = apart});
        } else {
            pieces.push_back({.text = token.text, .apart = apart, .word = token.kind == TokenKind::kWord});
        }
    }

    void add_number(Pieces& pieces, bool apart) {
        // What touches the number belongs to it, as in 0xCAFE, whatever the lexer makes of that.
        for (Lexer ahead = lexer_;;) {
            const char* const end = ahead.rest().data();
            const Token token = ahead.next();
            const bool touches = token.text.data() == end;
            if (!touches || (token.kind != TokenKind::kWord && token.kind != TokenKind::kNumber)) break;
            lexer_ = ahead;
        }
        Piece number{.text = kLiteral, .literal = true, .apart = apart};
        if (!pieces.empty() && (pieces.back().is_symbol('-') || pieces.back().is_symbol('+'))) {
            const Piece* const before = pieces.size() > 1 ? &pieces[pieces.size() - 2] : nullptr;
            if (takes_sign(before)) {
                number.apart = pieces.back().apart;
                pieces.pop_back();
            }
        }
        pieces.push_back(number);
    }

    Lexer lexer_;
};

// The end of the parenthesised group that begins at `open`, behind its closing one; `open` when it has none.
std::size_t group_end(std::span<const Piece> pieces, std::size_t open) {
    int depth = 0;
    for (std::size_t at = open; at < pieces.size(); ++at) {
        if (pieces[at].is_symbol('(')) ++depth;
        if (pieces[at].is_symbol(')') && --depth == 0) return at + 1;
    }
    return open;
}

// Rows of VALUES behind the first one that look like it.
std::size_t skip_rows(std::span<const Piece> pieces, std::size_t first, std::size_t end) {
    const auto row = pieces.subspan(first, end - first);
    while (end + row.size() < pieces.size() && pieces[end].is_symbol(',') &&
           std::ranges::equal(row, pieces.subspan(end + 1, row.size()))) {
        end += 1 + row.size();
    }
    return end;
}

// Literals of a list behind its first one.
std::size_t skip_literals(std::span<const Piece> pieces, std::size_t at) {
    while (at + 1 < pieces.size() && pieces[at].is_symbol(',') && pieces[at + 1].literal) at += 2;
    return at;
}

bool begins_list(std::span<const Piece> pieces, std::size_t at) {
    if (at == 0) return false;
    if (pieces[at - 1].is_symbol('[')) return true;
    return at > 1 && pieces[at - 1].is_symbol('(') && pieces[at - 2].is_word("in");
}

void append_more(Pieces& out) {
    out.push_back({.text = ",", .more = true});
    out.push_back({.text = kMore, .apart = true, .more = true});
}

Pieces collapsed(std::span<const Piece> pieces) {
    Pieces out;
    for (std::size_t at = 0; at < pieces.size();) {
        std::size_t taken = at + 1;
        std::size_t next = taken;
        if (pieces[at].is_symbol('(') && at > 0 && pieces[at - 1].is_word("values")) {
            taken = std::max(group_end(pieces, at), at + 1);
            next = taken > at + 1 ? skip_rows(pieces, at, taken) : taken;
        } else if (pieces[at].literal && begins_list(pieces, at)) {
            next = skip_literals(pieces, taken);
        }
        out.insert(out.end(), pieces.begin() + static_cast<std::ptrdiff_t>(at),
                   pieces.begin() + static_cast<std::ptrdiff_t>(taken));
        if (next != taken) append_more(out);
        at = next;
    }
    return out;
}

bool is_one_of(const Piece& piece, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return piece.is_word(word); });
}

// How many pieces of a statement come before a value that may be any word, as in SET x = secret; all where there is
// none.
std::size_t before_value(std::span<const Piece> statement) {
    if (statement.empty()) return 0;
    const Piece& verb = statement.front();
    const bool sets = is_one_of(verb, {"set", "pragma"});
    const bool defines = is_one_of(verb, {"alter", "create"});
    if (!sets && !defines) return statement.size();
    bool about_settings = sets;
    for (std::size_t i = 1; i < statement.size(); ++i) {
        const Piece& piece = statement[i];
        if (defines && i < 5 && is_one_of(piece, {"secret"})) return std::min(i + 2, statement.size());
        if (defines && i < 3 && is_one_of(piece, {"role", "user", "group", "system", "database"}))
            about_settings = true;
        if (!about_settings) continue;
        const bool begins_value = piece.is_symbol('=') || piece.is_word("to") ||
                                  (piece.is_word("zone") && statement[i - 1].is_word("time")) ||
                                  (defines && piece.is_word("password"));
        if (begins_value) return i + 1;
    }
    return statement.size();
}

Pieces with_values_masked(const Pieces& pieces) {
    Pieces out;
    const auto is_end = [](const Piece& piece) { return piece.is_symbol(';'); };
    for (auto at = pieces.begin(); at != pieces.end();) {
        const auto end = std::find_if(at, pieces.end(), is_end);
        const auto kept = at + static_cast<std::ptrdiff_t>(before_value({at, end}));
        out.insert(out.end(), at, kept);
        if (kept != end) out.push_back({.text = kLiteral, .literal = true, .apart = true});
        if (end != pieces.end()) out.push_back(*end);
        at = end == pieces.end() ? end : end + 1;
    }
    return out;
}

Normalised written(const Pieces& pieces) {
    Normalised out;
    for (const Piece& piece : pieces) {
        if (piece.apart) out.text += ' ';
        out.text += piece.text;
        if (piece.more) continue;  // one row or many: the same statement
        if (!out.canonical.empty()) out.canonical += ' ';
        out.canonical += piece.word ? to_lower(piece.text) : std::string(piece.text);
    }
    return out;
}

}  // namespace

Normalised normalise(std::string_view sql) {
    Pieces pieces;
    if (!Reader(sql).read(pieces)) {
        const std::string only = first_word_only(sql);
        return {.text = only, .canonical = to_lower(only), .whole = false};
    }
    return written(collapsed(with_values_masked(pieces)));
}

std::string without_literals(std::string_view sql, bool unreadable) {
    return unreadable ? first_word_only(sql) : normalise(sql).text;
}

std::string first_word_only(std::string_view sql) {
    static constexpr std::array<std::string_view, 36> kVerbs{
        "select",  "insert", "update",   "delete",  "merge",   "with",       "values", "copy",     "create",
        "drop",    "alter",  "truncate", "begin",   "start",   "commit",     "end",    "rollback", "abort",
        "set",     "show",   "reset",    "explain", "analyze", "vacuum",     "call",   "execute",  "prepare",
        "declare", "fetch",  "close",    "listen",  "notify",  "deallocate", "from",   "comment",  "grant"};
    const Token first = Lexer(sql).next();
    const bool known = std::ranges::any_of(kVerbs, [&](std::string_view verb) { return first.is(verb); });
    return known ? std::string(first.text) + " " + std::string(kMore) : std::string(kMore);
}

}  // namespace smew::sql
