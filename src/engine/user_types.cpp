#include "engine/user_types.hpp"

#include "engine/catalog_types.hpp"
#include "engine/type_map.hpp"
#include "pgcatalog/builtin_types.hpp"

#include <duckdb/catalog/catalog_entry/type_catalog_entry.hpp>
#include <duckdb/common/types.hpp>

#include <algorithm>

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

// Both have as many labels.
bool has_labels_of(const duckdb::LogicalType& a, const duckdb::LogicalType& b) {
    for (duckdb::idx_t i = 0; i < duckdb::EnumType::GetSize(a); ++i) {
        if (duckdb::EnumType::GetString(a, i) != duckdb::EnumType::GetString(b, i)) return false;
    }
    return true;
}

}  // namespace

ColumnTypes::ColumnTypes(duckdb::ClientContext& context) : context_(context) {
    for (const OwnSchema& schema : own_schemas(context)) {
        for (auto& entry : entries_of(context, schema, duckdb::CatalogType::TYPE_ENTRY)) {
            const auto& type = entry.get().Cast<duckdb::TypeCatalogEntry>();
            if (type.user_type.id() == duckdb::LogicalTypeId::ENUM)
                enums_.push_back({oid_of(type), type.name, schema.name, type.user_type});
        }
    }
}

// A column keeps the labels, and the name only where DuckDB has not lost it.
const ColumnTypes::Enum* ColumnTypes::find_enum(const duckdb::LogicalType& type) const {
    const auto same = [&](const Enum& known) {
        if (type.HasAlias() && type.GetAlias() != known.name) return false;
        return duckdb::EnumType::GetSize(type) == duckdb::EnumType::GetSize(known.type) &&
               has_labels_of(type, known.type);
    };
    const auto found = std::ranges::find_if(enums_, same);
    return found == enums_.end() ? nullptr : &*found;
}

ColumnTypes::Described ColumnTypes::describe_enum(const Enum& type, bool array) {
    Described described;
    described.oid = array ? oid_of_array(type.oid) : type.oid;
    described.name = array ? "_" + type.name : type.name;
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
    if (leaf.id() == Id::ENUM) {
        if (const Enum* known = find_enum(leaf)) return describe_enum(*known, list);
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
