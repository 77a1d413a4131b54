#include "engine/sql_names.hpp"

#include "engine/duckdb_instance.hpp"

#include <duckdb/parser/keyword_helper.hpp>

#include <algorithm>

namespace smew::engine {

std::string quoted_name(const std::string& name) {
    const auto plain_first = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    const auto plain = [&](char c) { return plain_first(c) || (c >= '0' && c <= '9') || c == '$'; };
    const bool keyword = duckdb::KeywordHelper::IsKeyword(name) &&
                         !duckdb::KeywordHelper::IsKeyword(name, duckdb::KeywordCategory::KEYWORD_UNRESERVED);
    const bool bare = !name.empty() && plain_first(name.front()) && std::ranges::all_of(name, plain) && !keyword;
    return bare ? name : sql_identifier(name);
}

}  // namespace smew::engine
