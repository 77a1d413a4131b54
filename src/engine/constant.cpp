#include "engine/constant.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/expression/columnref_expression.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

// The text of these follows the session's time zone; a type of the user's can be changed.
bool is_fixed(const duckdb::LogicalType& type) {
    using Id = duckdb::LogicalTypeId;
    const Id id = type.id();
    return id != Id::TIMESTAMP_TZ && id != Id::TIME_TZ && id != Id::UNBOUND && id != Id::ENUM && !type.IsNested();
}

bool is_builtin_name(const std::string& name) {
    using Id = duckdb::LogicalTypeId;
    const Id id = duckdb::TransformStringToLogicalTypeId(name);
    return id != Id::UNBOUND && is_fixed(duckdb::LogicalType(id));
}

bool is_fixed_cast(const duckdb::CastExpression& cast) {
    if (is_fixed(cast.cast_type)) return true;
    // The parser leaves names of types unresolved; "INTEGER" is still a name here.
    return cast.cast_type.id() == duckdb::LogicalTypeId::UNBOUND && is_builtin_name(cast.cast_type.ToString());
}

bool is_pure(const CalledFunction& function, const std::unordered_set<std::string>& pure_functions) {
    if (!function.catalog->empty() || !function.schema->empty()) return false;
    return pure_functions.count(duckdb::StringUtil::Lower(*function.name)) != 0;
}

}  // namespace

// A name without a FROM clause may mean a function (current_date), so any column makes a statement not constant.
bool is_constant(const TreeParts& parts, const std::unordered_set<std::string>& pure_functions) {
    if (!parts.tables.empty() || !parts.table_functions.empty() || !parts.shows.empty() || !parts.parameters.empty() ||
        !parts.columns.empty() || !parts.targets.empty()) {
        return false;
    }
    return std::all_of(parts.functions.begin(), parts.functions.end(),
                       [&](const CalledFunction& function) { return is_pure(function, pure_functions); }) &&
           std::all_of(parts.casts.begin(), parts.casts.end(), [](const auto* cast) { return is_fixed_cast(*cast); });
}

}  // namespace smew::engine
