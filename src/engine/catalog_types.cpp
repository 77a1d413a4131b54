#include "engine/catalog_types.hpp"

#include <duckdb/common/exception.hpp>
#include <duckdb/function/cast/cast_function_set.hpp>
#include <duckdb/function/cast/default_casts.hpp>

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
    Plain{"pg_mcv_list", Id::VARCHAR}, Plain{"pg_statistic", Id::VARCHAR},
};

// Names of which the alias is kept. OIDs are 64 bits wide inside, as in DuckDB's own catalog.
constexpr std::array kAliases{
    Plain{"oid", Id::BIGINT},       Plain{"regproc", Id::BIGINT},  Plain{"regtype", Id::BIGINT},
    Plain{"regclass", Id::BIGINT},  Plain{"xid", Id::BIGINT},      Plain{"name", Id::VARCHAR},
    Plain{"char", Id::VARCHAR},     Plain{"varchar", Id::VARCHAR}, Plain{"pg_node_tree", Id::VARCHAR},
    Plain{"aclitem", Id::VARCHAR},  Plain{"pg_lsn", Id::VARCHAR},  Plain{"inet", Id::VARCHAR},
    Plain{"anyarray", Id::VARCHAR},
};

// Dearer than any cast that DuckDB makes between numbers.
constexpr std::int64_t kToBase = 1, kFromBase = 150;

LogicalType aliased(LogicalType type, std::string_view name) {
    type.SetAlias(std::string(name));
    return type;
}

}  // namespace

LogicalType catalog_type(std::string_view name) {
    if (name.ends_with("[]")) return LogicalType::LIST(catalog_type(name.substr(0, name.size() - 2)));
    if (name == "int2vector") return aliased(LogicalType::LIST(LogicalType::SMALLINT), name);
    if (name == "oidvector") return aliased(LogicalType::LIST(catalog_type("oid")), name);
    if (name == "numeric") return LogicalType::DECIMAL(38, 0);
    const auto plain = std::ranges::find(kPlain, name, &Plain::name);
    if (plain != kPlain.end()) return LogicalType(plain->id);
    const auto alias = std::ranges::find(kAliases, name, &Plain::name);
    if (alias != kAliases.end()) return aliased(LogicalType(alias->id), name);
    throw duckdb::InternalException("no type %s for a column of the catalogs", std::string(name));
}

void install_catalog_types(duckdb::DatabaseInstance& database) {
    auto& casts = duckdb::CastFunctionSet::Get(database);
    const auto relabel = [&](const LogicalType& alias, const LogicalType& base) {
        casts.RegisterCastFunction(alias, base, duckdb::DefaultCasts::ReinterpretCast, kToBase);
        casts.RegisterCastFunction(base, alias, duckdb::DefaultCasts::ReinterpretCast, kFromBase);
    };
    for (const Plain& alias : kAliases) relabel(catalog_type(alias.name), LogicalType(alias.id));
    relabel(catalog_type("int2vector"), LogicalType::LIST(LogicalType::SMALLINT));
    relabel(catalog_type("oidvector"), LogicalType::LIST(LogicalType::BIGINT));
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
