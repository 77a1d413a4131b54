#include "engine/catalog_types.hpp"

#include "engine/type_names.hpp"

#include <duckdb/common/exception.hpp>

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

using duckdb::LogicalType;
using Id = duckdb::LogicalTypeId;

struct Plain {
    std::string_view name;
    Id id;
};
constexpr std::array kPlain{
    Plain{"bool", Id::BOOLEAN},        Plain{"int2", Id::SMALLINT},        Plain{"int4", Id::INTEGER},
    Plain{"int8", Id::BIGINT},         Plain{"float4", Id::FLOAT},         Plain{"float8", Id::DOUBLE},
    Plain{"text", Id::VARCHAR},        Plain{"bytea", Id::BLOB},           Plain{"timestamptz", Id::TIMESTAMP_TZ},
    Plain{"interval", Id::INTERVAL},   Plain{"pg_ndistinct", Id::VARCHAR}, Plain{"pg_dependencies", Id::VARCHAR},
    Plain{"pg_mcv_list", Id::VARCHAR}, Plain{"pg_statistic", Id::VARCHAR}, Plain{"varchar", Id::VARCHAR},
};

LogicalType vector_type(const LogicalType& element, std::string_view name) {
    LogicalType type = LogicalType::LIST(element);
    type.SetAlias(std::string(name));
    return type;
}

}  // namespace

LogicalType catalog_type(std::string_view name) {
    if (name.ends_with("[]")) return LogicalType::LIST(catalog_type(name.substr(0, name.size() - 2)));
    if (name == "int2vector") return vector_type(LogicalType::SMALLINT, name);
    if (name == "oidvector") return vector_type(oid_type(), name);
    if (name == "numeric") return LogicalType::DECIMAL(38, 0);
    const auto plain = std::ranges::find(kPlain, name, &Plain::name);
    if (plain != kPlain.end()) return LogicalType(plain->id);
    const LogicalType alias = aliased_type(name);
    if (alias.id() != Id::INVALID) return alias;
    throw duckdb::InternalException("no type %s for a column of the catalogs", std::string(name));
}

std::vector<std::pair<std::string, std::string_view>> split_columns(std::string_view columns) {
    std::vector<std::pair<std::string, std::string_view>> split;
    while (!columns.empty()) {
        const std::size_t end = std::min(columns.find(','), columns.size());
        const std::string_view column = columns.substr(0, end);
        const std::size_t space = column.find(' ');
        split.emplace_back(column.substr(0, space), column.substr(space + 1));
        columns.remove_prefix(std::min(end + 2, columns.size()));
    }
    return split;
}

}  // namespace smew::engine
