#include "engine/type_names.hpp"

#include "engine/parse_tree.hpp"
#include "pgcatalog/builtin_types.hpp"
#include "sql/lexer.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/duck_schema_entry.hpp>
#include <duckdb/catalog/catalog_entry/type_catalog_entry.hpp>
#include <duckdb/catalog/default/default_types.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/connection.hpp>
#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/expression/type_expression.hpp>
#include <duckdb/parser/parsed_data/create_type_info.hpp>

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

using duckdb::LogicalType;
using duckdb::StringUtil;
using Id = duckdb::LogicalTypeId;

struct Alias {
    std::string_view name;
    Id base;
    bool references_object = false;
};

constexpr std::array kAliases = {
    Alias{"oid", Id::BIGINT},
    Alias{"regclass", Id::BIGINT, true},
    Alias{"regcollation", Id::BIGINT, true},
    Alias{"regconfig", Id::BIGINT, true},
    Alias{"regdictionary", Id::BIGINT, true},
    Alias{"regnamespace", Id::BIGINT, true},
    Alias{"regoper", Id::BIGINT, true},
    Alias{"regoperator", Id::BIGINT, true},
    Alias{"regproc", Id::BIGINT, true},
    Alias{"regprocedure", Id::BIGINT, true},
    Alias{"regrole", Id::BIGINT, true},
    Alias{"regtype", Id::BIGINT, true},
    Alias{"xid", Id::BIGINT},
    Alias{"cid", Id::BIGINT},
    Alias{"xid8", Id::UBIGINT},
    Alias{"tid", Id::BIGINT},
    Alias{"name", Id::VARCHAR},
    Alias{"char", Id::VARCHAR},
    Alias{"inet", Id::VARCHAR},
    Alias{"cidr", Id::VARCHAR},
    Alias{"macaddr", Id::VARCHAR},
    Alias{"macaddr8", Id::VARCHAR},
    Alias{"pg_node_tree", Id::VARCHAR},
    Alias{"aclitem", Id::VARCHAR},
    Alias{"anyarray", Id::VARCHAR},
    Alias{"pg_lsn", Id::VARCHAR},
    Alias{"refcursor", Id::VARCHAR},
    Alias{"void", Id::VARCHAR},
};

// What a client sees for DuckDB's own types, as pgsession/type_map.cpp sends them.
constexpr std::array<std::pair<Id, std::uint32_t>, 34> kOids = {{
    {Id::SQLNULL, 705},       {Id::UNKNOWN, 705},       {Id::BOOLEAN, 16},
    {Id::TINYINT, 21},        {Id::UTINYINT, 21},       {Id::SMALLINT, 21},
    {Id::USMALLINT, 23},      {Id::INTEGER, 23},        {Id::UINTEGER, 20},
    {Id::BIGINT, 20},         {Id::UBIGINT, 1700},      {Id::HUGEINT, 1700},
    {Id::UHUGEINT, 1700},     {Id::BIGNUM, 1700},       {Id::DECIMAL, 1700},
    {Id::FLOAT, 700},         {Id::DOUBLE, 701},        {Id::VARCHAR, 25},
    {Id::CHAR, 25},           {Id::BLOB, 17},           {Id::BIT, 1562},
    {Id::DATE, 1082},         {Id::TIME, 1083},         {Id::TIME_NS, 1083},
    {Id::TIME_TZ, 1266},      {Id::TIMESTAMP, 1114},    {Id::TIMESTAMP_SEC, 1114},
    {Id::TIMESTAMP_MS, 1114}, {Id::TIMESTAMP_NS, 1114}, {Id::TIMESTAMP_TZ, 1184},
    {Id::INTERVAL, 1186},     {Id::UUID, 2950},         {Id::STRUCT, 2249},
    {Id::STRING_LITERAL, 25},
}};

const Alias* find_alias(std::string_view name) {
    const auto* found =
        std::find_if(kAliases.begin(), kAliases.end(), [&](const Alias& alias) { return alias.name == name; });
    return found == kAliases.end() ? nullptr : found;
}

LogicalType with_alias(LogicalType type, std::string_view name) {
    type.SetAlias(std::string(name));
    return type;
}

// Names that stand for a type DuckDB has under another one.
LogicalType synonym(const std::string& name) {
    if (name == "jsonb") return LogicalType::JSON();
    if (name == "varbit") return LogicalType::BIT;
    if (name == "money") return LogicalType::DECIMAL(19, 2);
    if (name == "int2vector") return with_alias(LogicalType::LIST(LogicalType::SMALLINT), name);
    if (name == "oidvector") return with_alias(LogicalType::LIST(oid_type()), name);
    return LogicalType::INVALID;
}

LogicalType named_type(const std::string& name) {
    if (LogicalType alias = aliased_type(name); alias.id() != Id::INVALID) return alias;
    if (LogicalType other = synonym(name); other.id() != Id::INVALID) return other;
    // _int4 is the name of int4's array type.
    if (!name.starts_with("_") || pgcatalog::builtin_type(name.substr(1)) == nullptr) return LogicalType::INVALID;
    LogicalType element = named_type(name.substr(1));
    if (element.id() == Id::INVALID)
        element = LogicalType(duckdb::DefaultTypeGenerator::GetDefaultType(name.substr(1)));
    return element.id() == Id::INVALID ? LogicalType(Id::INVALID) : LogicalType::LIST(element);
}

class TypeGenerator final : public duckdb::DefaultTypeGenerator {
public:
    using DefaultTypeGenerator::DefaultTypeGenerator;

    duckdb::unique_ptr<duckdb::CatalogEntry> CreateDefaultEntry(duckdb::ClientContext& context,
                                                                const std::string& entry_name) override {
        const LogicalType type = named_type(StringUtil::Lower(entry_name));
        if (type.id() == Id::INVALID) return DefaultTypeGenerator::CreateDefaultEntry(context, entry_name);
        duckdb::CreateTypeInfo info(entry_name, type);
        info.internal = true;
        info.temporary = true;
        return duckdb::make_uniq_base<duckdb::CatalogEntry, duckdb::TypeCatalogEntry>(catalog, schema, info);
    }

    duckdb::vector<std::string> GetDefaultEntries() override {
        duckdb::vector<std::string> names;
        // In pg_catalog DuckDB makes none of its own.
        if (schema.name == DEFAULT_SCHEMA) names = DefaultTypeGenerator::GetDefaultEntries();
        const auto add = [&](const std::string& name) {
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        };
        for (const Alias& alias : kAliases) add(std::string(alias.name));
        for (const char* name : {"jsonb", "varbit", "money", "int2vector", "oidvector"}) add(name);
        return names;
    }
};

// What stands at `at` in the text: the last part of a name, which is "char" only in quotes.
std::string written_name(std::string_view sql, std::size_t at) {
    if (at >= sql.size()) return {};
    sql::Lexer lexer(sql.substr(at));
    sql::Token token = lexer.next();
    while (token.names_something() && lexer.peek().is_symbol('.')) {
        lexer.next();
        token = lexer.next();
    }
    if (!token.names_something()) return {};
    const std::string name = sql::identifier_value(token);
    return name == "char" && token.kind != sql::TokenKind::kQuotedIdentifier ? std::string() : name;
}

// Where the type of a cast is written: behind ::, or behind the AS of CAST(… AS …). A name with a schema has no place
// of its own in the tree.
std::size_t type_of_cast(std::string_view sql, duckdb::optional_idx cast) {
    if (!cast.IsValid() || cast.GetIndex() >= sql.size()) return std::string_view::npos;
    const std::string_view text = sql.substr(cast.GetIndex());
    if (text.starts_with("::")) return cast.GetIndex() + 2;
    sql::Lexer lexer(text);
    int depth = 0;
    for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::kEnd; token = lexer.next()) {
        if (token.is_symbol('(')) ++depth;
        if (token.is_symbol(')') && --depth == 0) break;
        if (depth == 1 && token.is("as")) return sql.size() - lexer.rest().size();
    }
    return std::string_view::npos;
}

// Gives a type's name as PostgreSQL knows it. True when it was changed.
bool restore(duckdb::unique_ptr<duckdb::ParsedExpression>& slot, std::string_view sql,
             std::size_t otherwise = std::string_view::npos) {
    if (slot->GetExpressionClass() != duckdb::ExpressionClass::TYPE) return false;
    auto& type = slot->Cast<duckdb::TypeExpression>();
    bool changed = false;
    for (auto& child : type.GetChildren()) changed = restore(child, sql) || changed;
    const bool builtin_schema = StringUtil::CIEquals(type.GetSchema(), "pg_catalog");
    const bool hides_name = type.GetTypeName() == "BIGINT" || type.GetTypeName() == "VARCHAR";
    if (!builtin_schema && !(hides_name && type.GetSchema().empty())) return changed;
    std::string name = type.GetTypeName();
    if (hides_name) {
        const auto location = type.GetQueryLocation();
        const std::string written = written_name(sql, location.IsValid() ? location.GetIndex() : otherwise);
        if (find_alias(written) != nullptr) name = written;
    }
    if (!builtin_schema && name == type.GetTypeName()) return changed;
    // Every schema of DuckDB has its own idea of oid, so ours is named in full.
    const bool ours = find_alias(name) != nullptr;
    auto fresh = duckdb::make_uniq<duckdb::TypeExpression>(ours ? "system" : "", ours ? "pg_catalog" : "", name,
                                                           std::move(type.GetChildren()));
    fresh->SetQueryLocation(type.GetQueryLocation());
    slot = std::move(fresh);
    return true;
}

}  // namespace

LogicalType aliased_type(std::string_view name) {
    const Alias* alias = find_alias(name);
    return alias == nullptr ? LogicalType(Id::INVALID) : with_alias(LogicalType(alias->base), name);
}

std::vector<std::string_view> type_alias_names() {
    std::vector<std::string_view> names;
    for (const Alias& alias : kAliases) names.push_back(alias.name);
    return names;
}

LogicalType oid_type() {
    return aliased_type("oid");
}

LogicalType name_type() {
    return aliased_type("name");
}

bool is_object_reference(const LogicalType& type) {
    if (type.id() != Id::BIGINT || !type.HasAlias()) return false;
    const Alias* alias = find_alias(type.GetAlias());
    return alias != nullptr && alias->references_object;
}

void install_type_names(duckdb::DatabaseInstance& database) {
    auto& system = duckdb::Catalog::GetSystemCatalog(database);
    duckdb::Connection connection(database);
    connection.context->RunFunctionInTransaction([&] {
        for (const char* name : {DEFAULT_SCHEMA, "pg_catalog"}) {
            auto& schema = system.GetSchema(*connection.context, name).Cast<duckdb::DuckSchemaEntry>();
            schema.GetCatalogSet(duckdb::CatalogType::TYPE_ENTRY)
                .SetDefaultGenerator(duckdb::make_uniq<TypeGenerator>(system, schema));
        }
    });
}

void restore_type_names(TreeParts& parts, std::string_view sql) {
    for (duckdb::CastExpression* cast : parts.casts) {
        if (cast->cast_type.id() != Id::UNBOUND) continue;
        auto type = duckdb::UnboundType::GetTypeExpression(cast->cast_type)->Copy();
        if (restore(type, sql, type_of_cast(sql, cast->GetQueryLocation())))
            cast->cast_type = LogicalType::UNBOUND(std::move(type));
    }
}

std::uint32_t oid_of_type(const LogicalType& type) {
    if (type.IsJSONType()) return 114;
    if (type.HasAlias()) {
        const pgcatalog::BuiltinType* named = pgcatalog::builtin_type(type.GetAlias());
        return named == nullptr ? 0 : named->oid;
    }
    if (type.id() == Id::LIST) {
        const auto* element = pgcatalog::builtin_type(oid_of_type(duckdb::ListType::GetChildType(type)));
        return element == nullptr ? 0 : element->array;
    }
    const auto* row =
        std::find_if(kOids.begin(), kOids.end(), [&](const auto& pair) { return pair.first == type.id(); });
    return row == kOids.end() ? 0 : row->second;
}

}  // namespace smew::engine
