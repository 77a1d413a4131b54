// Functions of arrays, which have one dimension here. Source: PostgreSQL 15 documentation, 9.19 "Array Functions".
#include "pgcatalog/macro_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kMacros = {
    // The subscripts of int2vector and oidvector begin at 0.
    Macro{"array_lower", R"((list, dimension) AS CASE WHEN dimension = 1 AND cardinality(list) > 0
        THEN CASE WHEN typeof(list) IN ('int2vector', 'oidvector') THEN 0 ELSE 1 END END)"},
    Macro{"array_upper",
          R"((list, dimension) AS pg_catalog.array_lower(list, dimension) + cardinality(list)::INTEGER - 1)"},
    Macro{
        "array_ndims",
        R"((list) AS CASE WHEN cardinality(list) > 0 THEN 1 + (length(typeof(list)) - length(replace(typeof(list), '[]', ''))) // 2 - 1 END::INTEGER)"},
    Macro{"array_dims", "(list) AS CASE WHEN cardinality(list) > 0 THEN '[1:' || cardinality(list) || ']' END"},
    Macro{"array_positions", R"((list, element) AS CASE WHEN list IS NOT NULL THEN list_filter(range(1, len(list) + 1),
        lambda place: list[place] IS NOT DISTINCT FROM element)::INTEGER[] END)"},
    Macro{"array_remove", R"((list, element) AS list_filter(list, lambda value: value IS DISTINCT FROM element))"},
    Macro{"array_replace", R"((list, wanted, replacement) AS
        list_transform(list, lambda value: CASE WHEN value IS NOT DISTINCT FROM wanted THEN replacement ELSE value END))"},
    Macro{"array_fill", "(value, dimensions) AS list_transform(range(dimensions[1]), lambda place: value)"},
    Macro{"trim_array", "(list, count) AS list[1:len(list) - count]"},
    Macro{"array_to_string", R"((list, delimiter) AS
        CASE WHEN list IS NULL THEN NULL ELSE coalesce(list_aggr(list::VARCHAR[], 'string_agg', delimiter), '') END,
        (list, delimiter, null_string) AS CASE WHEN list IS NULL THEN NULL ELSE coalesce(list_aggr(
          CASE WHEN null_string IS NULL THEN list::VARCHAR[]
               ELSE list_transform(list::VARCHAR[], lambda value: coalesce(value, null_string)) END,
          'string_agg', delimiter), '') END)"},
    Macro{"generate_subscripts", R"((list, dimension) AS
        unnest(range(pg_catalog.array_lower(list, dimension), pg_catalog.array_upper(list, dimension) + 1))::INTEGER,
        (list, dimension, backwards) AS unnest(CASE WHEN backwards
            THEN range(pg_catalog.array_upper(list, dimension), pg_catalog.array_lower(list, dimension) - 1, -1)
            ELSE range(pg_catalog.array_lower(list, dimension), pg_catalog.array_upper(list, dimension) + 1) END)::INTEGER)"},
    // Of numbers: catalogs hold them as int2vector and oidvector, which DuckDB's list functions do not take.
    Macro{
        "_pg_expandarray",
        R"((list) AS unnest(list_transform(list::BIGINT[], lambda value, place: {'x': value, 'n': place::INTEGER})))"},
};

}  // namespace

std::span<const Macro> array_macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
