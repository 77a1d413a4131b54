// Functions and their parameters.
#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    Relation{"information_schema", "routines", R"(
        SELECT current_database() AS specific_catalog, s.name AS specific_schema,
               p.name || '_' || p.oid AS specific_name, current_database() AS routine_catalog,
               s.name AS routine_schema, p.name AS routine_name, CASE p.kind WHEN 'f' THEN 'FUNCTION' END AS routine_type,
               CASE WHEN t.category = 'A' THEN 'ARRAY' ELSE t.sql_name END AS data_type,
               current_database() AS type_udt_catalog, 'pg_catalog' AS type_udt_schema, t.name AS type_udt_name,
               '0' AS dtd_identifier, CASE p.language WHEN 14 THEN 'SQL' ELSE 'EXTERNAL' END AS routine_body,
               CASE p.language WHEN 14 THEN p.source END AS routine_definition,
               CASE p.language WHEN 12 THEN p.source END AS external_name,
               CASE p.language WHEN 14 THEN 'SQL' ELSE 'INTERNAL' END AS external_language,
               'GENERAL' AS parameter_style, CASE p.volatility WHEN 'i' THEN 'YES' ELSE 'NO' END AS is_deterministic,
               'MODIFIES' AS sql_data_access, CASE WHEN p.is_strict THEN 'YES' ELSE 'NO' END AS is_null_call,
               'YES' AS schema_level_routine, 0 AS max_dynamic_result_sets, 'INVOKER' AS security_type,
               'NO' AS as_locator, 'NO' AS is_udt_dependent
        FROM smew_procedures() p JOIN smew_schemas() s ON s.oid = p.schema_oid
        LEFT JOIN smew_types() t ON t.oid = p.result)"},

    Relation{"information_schema", "parameters", R"(
        SELECT current_database() AS specific_catalog, s.name AS specific_schema,
               p.name || '_' || p.oid AS specific_name, p.place AS ordinal_position, 'IN' AS parameter_mode,
               'NO' AS is_result, 'NO' AS as_locator, p.argument_names[p.place] AS parameter_name,
               CASE WHEN t.category = 'A' THEN 'ARRAY' ELSE t.sql_name END AS data_type,
               current_database() AS udt_catalog, 'pg_catalog' AS udt_schema, t.name AS udt_name,
               p.place::VARCHAR AS dtd_identifier
        FROM (SELECT *, unnest(range(1, cardinality(arguments) + 1)) AS place FROM smew_procedures()) p
        JOIN smew_schemas() s ON s.oid = p.schema_oid
        LEFT JOIN smew_types() t ON t.oid = (p.arguments::BIGINT[])[p.place])"},
};

}  // namespace

std::span<const Relation> information_schema_routine_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
