#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    Relation{"information_schema", "information_schema_catalog_name", "SELECT current_database() AS catalog_name"},

    Relation{"information_schema", "schemata", R"(
        SELECT current_database() AS catalog_name, s.name AS schema_name, o.name AS schema_owner
        FROM smew_schemas() s JOIN smew_roles() o ON o.oid = s.owner)"},

    Relation{"information_schema", "tables", R"(
        SELECT current_database() AS table_catalog, schema AS table_schema, name AS table_name,
               CASE WHEN persistence = 't' THEN 'LOCAL TEMPORARY' WHEN kind = 'v' THEN 'VIEW' ELSE 'BASE TABLE' END
                   AS table_type,
               CASE WHEN kind = 'r' AND owner = 16385 THEN 'YES' ELSE 'NO' END AS is_insertable_into, 'NO' AS is_typed
        FROM smew_relations() WHERE kind IN ('r', 'v'))"},

    Relation{"information_schema", "views", R"(
        SELECT current_database() AS table_catalog, schema AS table_schema, name AS table_name,
               definition AS view_definition, 'NONE' AS check_option, 'NO' AS is_updatable, 'NO' AS is_insertable_into,
               'NO' AS is_trigger_updatable, 'NO' AS is_trigger_deletable, 'NO' AS is_trigger_insertable_into
        FROM smew_relations() WHERE kind = 'v')"},

    // numeric's modifier holds precision and scale behind a header of four.
    Relation{"information_schema", "columns", R"(
        SELECT current_database() AS table_catalog, schema AS table_schema, relation AS table_name, name AS column_name,
               number AS ordinal_position, CASE WHEN generated = '' THEN default_value END AS column_default,
               CASE WHEN not_null THEN 'NO' ELSE 'YES' END AS is_nullable, sql_type AS data_type,
               CASE WHEN type_oid IN (25, 1042, 1043) THEN 1073741824 END AS character_octet_length,
               CASE type_oid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
                             WHEN 1700 THEN CASE WHEN modifier >= 4 THEN (modifier - 4) >> 16 END END
                   AS numeric_precision,
               CASE WHEN type_oid IN (20, 21, 23, 700, 701) THEN 2 WHEN type_oid = 1700 THEN 10 END
                   AS numeric_precision_radix,
               CASE WHEN type_oid IN (20, 21, 23) THEN 0
                    WHEN type_oid = 1700 AND modifier >= 4 THEN (modifier - 4) & 65535 END AS numeric_scale,
               CASE WHEN type_oid = 1082 THEN 0 WHEN type_oid IN (1083, 1114, 1184, 1186, 1266) THEN 6 END
                   AS datetime_precision,
               current_database() AS udt_catalog, type_schema AS udt_schema, type_name AS udt_name,
               number::VARCHAR AS dtd_identifier, 'NO' AS is_self_referencing, 'NO' AS is_identity,
               'NO' AS identity_cycle, CASE WHEN generated = '' THEN 'NEVER' ELSE 'ALWAYS' END AS is_generated,
               CASE WHEN generated <> '' THEN default_value END AS generation_expression,
               CASE WHEN kind = 'r' AND owner = 16385 THEN 'YES' ELSE 'NO' END AS is_updatable
        FROM smew_columns() WHERE kind IN ('r', 'v'))"},

    Relation{"information_schema", "element_types", R"(
        SELECT current_database() AS object_catalog, c.schema AS object_schema, c.relation AS object_name,
               'TABLE' AS object_type, c.number::VARCHAR AS collection_type_identifier,
               CASE WHEN e.kind = 'e' THEN 'USER-DEFINED' ELSE e.sql_name END AS data_type,
               current_database() AS udt_catalog, c.type_schema AS udt_schema, e.name AS udt_name,
               'a' || c.number AS dtd_identifier
        FROM smew_columns() c JOIN smew_types() e ON e.array_oid = c.type_oid
        WHERE c.kind IN ('r', 'v'))"},

    Relation{"information_schema", "sequences", R"(
        SELECT current_database() AS sequence_catalog, schema AS sequence_schema, name AS sequence_name,
               'bigint' AS data_type, 64 AS numeric_precision, 2 AS numeric_precision_radix, 0 AS numeric_scale,
               start_value, minimum AS minimum_value, maximum AS maximum_value, increment,
               CASE WHEN cycles THEN 'YES' ELSE 'NO' END AS cycle_option
        FROM smew_sequences())"},

    Relation{"information_schema", "domains", R"(
        SELECT current_database() AS domain_catalog, s.name AS domain_schema, t.name AS domain_name,
               b.sql_name AS data_type, current_database() AS udt_catalog, 'pg_catalog' AS udt_schema,
               b.name AS udt_name, '1' AS dtd_identifier
        FROM smew_types() t JOIN smew_types() b ON b.oid = t.base JOIN smew_schemas() s ON s.oid = t.schema_oid
        WHERE t.kind = 'd')"},

    Relation{"information_schema", "character_sets", R"(
        SELECT 'UTF8' AS character_set_name, 'UCS' AS character_repertoire, 'UTF8' AS form_of_use,
               current_database() AS default_collate_catalog, 'pg_catalog' AS default_collate_schema,
               'C.UTF-8' AS default_collate_name)"},

    Relation{"information_schema", "collations", R"(
        SELECT current_database() AS collation_catalog, 'pg_catalog' AS collation_schema, collation_name,
               'NO PAD' AS pad_attribute
        FROM (VALUES ('default'), ('C'), ('POSIX')) AS c(collation_name))"},

    Relation{"information_schema", "enabled_roles", "SELECT name AS role_name FROM smew_roles() WHERE login"},
};

}  // namespace

std::span<const Relation> information_schema_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
