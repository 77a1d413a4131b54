// pg_get_keywords(): the words of the parser that reads SQL here, which is DuckDB's.
#include "engine/catalog_function.hpp"

#include <duckdb/parser/parser.hpp>

namespace smew::engine {
namespace {

struct Keyword {
    std::string word;
    char category = 'U';
    bool bare_label = false;
    std::string description, label_description;
};

Keyword described(const duckdb::ParserKeyword& from) {
    using duckdb::KeywordCategory;
    switch (from.category) {
        case KeywordCategory::KEYWORD_RESERVED:
            return {from.name, 'R', false, "reserved", "requires AS"};
        case KeywordCategory::KEYWORD_TYPE_FUNC:
            return {from.name, 'T', true, "reserved (can be function or type name)", "can be bare label"};
        case KeywordCategory::KEYWORD_COL_NAME:
            return {from.name, 'C', true, "unreserved (cannot be function or type name)", "can be bare label"};
        default:
            return {from.name, 'U', true, "unreserved", "can be bare label"};
    }
}

std::vector<Keyword> collect(duckdb::ClientContext&) {
    std::vector<Keyword> keywords;
    for (const duckdb::ParserKeyword& keyword : duckdb::Parser::KeywordList()) keywords.push_back(described(keyword));
    return keywords;
}

}  // namespace

duckdb::TableFunction catalog_keywords() {
    return table_function<Keyword>(
        {"pg_get_keywords",
         {column("word", "text", &Keyword::word), column("catcode", "char", &Keyword::category),
          column("barelabel", "bool", &Keyword::bare_label), column("catdesc", "text", &Keyword::description),
          column("baredesc", "text", &Keyword::label_description)},
         collect});
}

}  // namespace smew::engine
