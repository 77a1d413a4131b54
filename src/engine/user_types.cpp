#include "engine/user_types.hpp"

#include "engine/catalog_types.hpp"
#include "engine/type_map.hpp"
#include "pgcatalog/builtin_types.hpp"

#include <duckdb/catalog/catalog_entry/type_catalog_entry.hpp>
#include <duckdb/common/types.hpp>

namespace smew::engine {
namespace {

ColumnTypes::Described described(const pgcatalog::BuiltinType& type, std::int32_t modifier) {
    ColumnTypes::Described described;
    described.oid = type.oid;
    described.modifier = modifier;
    described.name = type.name;
    described.sql_name = type.category == 'A' ? "ARRAY" : type.sql_name;
    described.length = type.length;
    described.by_value = type.length == 1 || type.length == 2 || type.length == 4 || type.length == 8;
    described.alignment = type.alignment;
    described.storage = type.storage;
    described.collation = type.collation;
    return described;
}

}  // namespace

ColumnTypes::ColumnTypes(duckdb::ClientContext& context) : context_(context) {
    for (const OwnSchema& schema : own_schemas(context)) {
        for (auto& entry : entries_of(context, schema, duckdb::CatalogType::TYPE_ENTRY)) {
            const auto& type = entry.get().Cast<duckdb::TypeCatalogEntry>();
            if (type.user_type.id() == duckdb::LogicalTypeId::ENUM)
                enums_.emplace(type.name, Enum{oid_of(type), schema.name});
        }
    }
}

ColumnTypes::Described ColumnTypes::describe_enum(const std::string& name, const Enum& type, bool array) {
    Described described;
    described.oid = array ? oid_of_array(type.oid) : type.oid;
    described.name = array ? "_" + name : name;
    described.sql_name = array ? "ARRAY" : "USER-DEFINED";
    described.schema = type.schema;
    if (array) return described;
    described.length = 4;
    described.by_value = true;
    described.storage = 'p';
    return described;
}

ColumnTypes::Described ColumnTypes::find(const duckdb::LogicalType& type) const {
    using Id = duckdb::LogicalTypeId;
    const bool list = type.id() == Id::LIST;
    const duckdb::LogicalType& leaf = list ? duckdb::ListType::GetChildType(type) : type;
    if (leaf.id() == Id::ENUM && leaf.HasAlias()) {
        const auto found = enums_.find(leaf.GetAlias());
        if (found != enums_.end()) return describe_enum(found->first, found->second, list);
    }
    const PostgresType postgres = postgres_type(engine::describe(type));
    return described(*pgcatalog::builtin_type(postgres.oid), postgres.modifier);
}

const ColumnTypes::Described& ColumnTypes::describe(const duckdb::LogicalType& type) {
    const std::string text = type.ToString();
    const auto known = known_.find(text);
    return known != known_.end() ? known->second : known_.emplace(text, find(type)).first->second;
}

const ColumnTypes::Described& ColumnTypes::describe(const std::string& text) {
    const auto known = known_.find(text);
    if (known != known_.end()) return known->second;
    duckdb::LogicalType type = duckdb::LogicalType::VARCHAR;
    try {
        type = duckdb::TransformStringToLogicalType(text, context_);
    } catch (const std::exception&) {
        // A type this version does not know is listed as text: one column must not hide the project's other tables.
    }
    return known_.emplace(text, find(type)).first->second;
}

const ColumnTypes::Described& ColumnTypes::describe_catalog_type(std::string_view typname) {
    const std::string name(typname);
    const auto known = catalog_types_.find(name);
    if (known != catalog_types_.end()) return known->second;
    const bool array = typname.ends_with("[]");
    const auto* element = pgcatalog::builtin_type(array ? typname.substr(0, typname.size() - 2) : typname);
    const auto* type = array && element != nullptr ? pgcatalog::builtin_type(element->array) : element;
    // Types of PostgreSQL's statistics, which nobody has values of.
    if (type == nullptr) type = pgcatalog::builtin_type("text");
    return catalog_types_.emplace(name, described(*type, -1)).first->second;
}

}  // namespace smew::engine
