#pragma once
// PostgreSQL's forms that DuckDB's grammar refuses, or reads and loses, as edits of the text to forms it reads. Most
// become an operator or a function of a name nobody writes, which dialect_tree.hpp gives its meaning; so nothing here
// needs to know what an expression means. Internal to engine/.
//
// Source: PostgreSQL 15 documentation, 4.1 "Lexical Structure" and the reference of SQL commands.

#include "engine/source_text.hpp"

#include <string_view>
#include <vector>

namespace smew::engine {

// What DuckDB's parser would read without complaint, but as something else: B'101', U&'…', OPERATOR(…), a -> 'b'. One
// pass over the bytes, since every statement goes through it.
bool loses_meaning(std::string_view sql);

struct Rewriting {
    std::vector<TextEdit> edits;
    // One statement became several, as DROP TABLE a, b; they are to be run as one.
    bool splits = false;
};

// Error 0A000 for what there is no DuckDB form of.
Result<Rewriting> rewrite_tokens(std::string_view sql);

// Names that the edits bring in.
namespace dialect {
constexpr std::string_view kUnnamedIndex = "smew unnamed index";
constexpr std::string_view kIdentity = "smew identity";  // function in a column's DEFAULT
constexpr std::string_view kLikeColumn = "smew like";    // column whose type is the other table's name
constexpr std::string_view kSymmetric = "`=`";           // prefix operator at the lower bound of BETWEEN SYMMETRIC
constexpr std::string_view kXor = "`^`";                 // #
constexpr std::string_view kPath = "`>";                 // #>
constexpr std::string_view kPathText = "`>>";            // #>>
constexpr std::string_view kDeletePath = "`-";           // #-
constexpr std::string_view kHasKey = "`";                // ?
constexpr std::string_view kHasAnyKey = "`|";            // ?|
constexpr std::string_view kHasAllKeys = "`&";           // ?&
constexpr std::string_view kArrow = "`->";               // ->
constexpr std::string_view kArrowText = "`->>";          // ->>
}  // namespace dialect

}  // namespace smew::engine
