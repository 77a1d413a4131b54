// find_type(): the names of types as a user may write them.
#include "engine/native_functions.hpp"
#include "engine/object_names.hpp"
#include "pgcatalog/builtin_types.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/common/string_util.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace smew::engine {
namespace {

// Key words of SQL for a type that has another name; DuckDB's own names are in it as far as PostgreSQL can tell them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kSynonyms = {{
    {"int", "int4"},
    {"float", "float8"},
    {"double", "float8"},
    {"decimal", "numeric"},
    {"dec", "numeric"},
    {"char", "bpchar"},
    {"nchar", "bpchar"},
    {"char varying", "varchar"},
    {"timestamp", "timestamp"},
    {"time", "time"},
    {"string", "text"},
}};

const pgcatalog::BuiltinType* find_builtin(const std::string& name) {
    for (const auto& [synonym, real] : kSynonyms) {
        if (name == synonym) return pgcatalog::builtin_type(real);
    }
    if (const auto* named = pgcatalog::builtin_type(name)) return named;
    const auto all = pgcatalog::builtin_types();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& type) { return type.sql_name == name; });
    return found == all.end() ? nullptr : &*found;
}

// "varchar(10)" and "timestamp(3) with time zone" without what stands in parentheses.
std::string without_modifier(const std::string& text) {
    const auto open = text.find('(');
    const auto close = text.find(')', open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) return text;
    std::string rest = text.substr(0, open) + text.substr(close + 1);
    duckdb::StringUtil::Trim(rest);
    return rest;
}

std::optional<std::int64_t> find_own_type(duckdb::ClientContext& context, const std::string& text) {
    const auto parts = split_object_name(text);
    if (!parts) return std::nullopt;
    const std::string schema = parts->size() < 2 ? "main" : parts->at(parts->size() - 2);
    if (schema == "pg_catalog") {
        const auto* type = pgcatalog::builtin_type(parts->back());
        return type == nullptr ? std::nullopt : std::optional<std::int64_t>(type->oid);
    }
    const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TYPE_ENTRY, parts->back());
    const auto entry =
        duckdb::Catalog::GetEntry(context, session_of(context)->own_catalog(), schema == "public" ? "main" : schema,
                                  lookup, duckdb::OnEntryNotFound::RETURN_NULL);
    if (!entry || entry->internal) return std::nullopt;
    return kFirstOwnOid + static_cast<std::int64_t>(entry->oid);
}

}  // namespace

std::optional<std::int64_t> find_type(duckdb::ClientContext& context, const std::string& text) {
    std::string name = text;
    duckdb::StringUtil::Trim(name);
    bool array = false;
    while (duckdb::StringUtil::EndsWith(name, "[]")) {
        array = true;
        name.resize(name.size() - 2);
        duckdb::StringUtil::RTrim(name);
    }
    const bool quoted = name.find('"') != std::string::npos;
    std::string plain = quoted ? name : without_modifier(duckdb::StringUtil::Lower(name));
    if (duckdb::StringUtil::StartsWith(plain, "pg_catalog.")) plain.erase(0, 11);
    const auto* type = plain == "\"char\"" ? pgcatalog::builtin_type("char") : find_builtin(plain);
    if (type == nullptr && plain.starts_with("_")) {
        const auto* element = pgcatalog::builtin_type(plain.substr(1));
        if (element != nullptr) return element->array;
    }
    if (type != nullptr) return array ? type->array : type->oid;
    return array ? std::nullopt : find_own_type(context, name);
}

}  // namespace smew::engine
