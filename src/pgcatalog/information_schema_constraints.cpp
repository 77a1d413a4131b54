// information_schema: constraints, and who may do what.
#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    // NOT NULL is a check constraint to the standard; PostgreSQL names it after the table's and the column's numbers.
    Relation{"information_schema", "table_constraints", R"(
        SELECT current_database() AS constraint_catalog, r.schema AS constraint_schema, c.name AS constraint_name,
               current_database() AS table_catalog, r.schema AS table_schema, r.name AS table_name,
               CASE c.kind WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' WHEN 'f' THEN 'FOREIGN KEY'
                           ELSE 'CHECK' END
                   AS constraint_type,
               'NO' AS is_deferrable, 'NO' AS initially_deferred, 'YES' AS enforced,
               CASE c.kind WHEN 'u' THEN 'YES' END AS nulls_distinct
        FROM smew_constraints() c JOIN smew_relations() r ON r.oid = c.table_oid
        UNION ALL
        SELECT current_database(), schema, schema_oid || '_' || relation_oid || '_' || number || '_not_null',
               current_database(), schema, relation, 'CHECK', 'NO', 'NO', 'YES', NULL
        FROM smew_columns() WHERE not_null AND kind = 'r')"},

    Relation{"information_schema", "check_constraints", R"(
        SELECT current_database() AS constraint_catalog, r.schema AS constraint_schema, c.name AS constraint_name,
               c.expression AS check_clause
        FROM smew_constraints() c JOIN smew_relations() r ON r.oid = c.table_oid WHERE c.kind = 'c'
        UNION ALL
        SELECT current_database(), schema, schema_oid || '_' || relation_oid || '_' || number || '_not_null',
               name || ' IS NOT NULL'
        FROM smew_columns() WHERE not_null AND kind = 'r')"},

    Relation{"information_schema", "key_column_usage", R"(
        SELECT current_database() AS constraint_catalog, a.schema AS constraint_schema, k.name AS constraint_name,
               current_database() AS table_catalog, a.schema AS table_schema, a.relation AS table_name,
               a.name AS column_name, k.position AS ordinal_position,
               CASE k.kind WHEN 'f' THEN k.position END AS position_in_unique_constraint
        FROM (SELECT name, kind, table_oid, unnest(columns) AS number,
                     unnest(range(1, len(columns) + 1)) AS position
              FROM smew_constraints() WHERE kind IN ('p', 'u', 'f')) k
        JOIN smew_columns() a ON a.relation_oid = k.table_oid AND a.number = k.number)"},

    Relation{"information_schema", "constraint_column_usage", R"(
        SELECT current_database() AS table_catalog, a.schema AS table_schema, a.relation AS table_name,
               a.name AS column_name, current_database() AS constraint_catalog, s.name AS constraint_schema,
               k.name AS constraint_name
        FROM (SELECT name, schema_oid, CASE kind WHEN 'f' THEN referenced_table ELSE table_oid END AS table_oid,
                     unnest(CASE kind WHEN 'f' THEN referenced_columns ELSE columns END) AS number
              FROM smew_constraints()) k
        JOIN smew_columns() a ON a.relation_oid = k.table_oid AND a.number = k.number
        JOIN smew_schemas() s ON s.oid = k.schema_oid)"},

    Relation{"information_schema", "constraint_table_usage", R"(
        SELECT current_database() AS table_catalog, r.schema AS table_schema, r.name AS table_name,
               current_database() AS constraint_catalog, s.name AS constraint_schema, c.name AS constraint_name
        FROM smew_constraints() c JOIN smew_schemas() s ON s.oid = c.schema_oid
        JOIN smew_relations() r ON r.oid = CASE c.kind WHEN 'f' THEN c.referenced_table ELSE c.table_oid END
        WHERE c.kind <> 'c')"},

    Relation{"information_schema", "referential_constraints", R"(
        SELECT current_database() AS constraint_catalog, r.schema AS constraint_schema, c.name AS constraint_name,
               current_database() AS unique_constraint_catalog, s.name AS unique_constraint_schema,
               u.name AS unique_constraint_name, 'NONE' AS match_option, 'NO ACTION' AS update_rule,
               'NO ACTION' AS delete_rule
        FROM smew_constraints() c JOIN smew_relations() r ON r.oid = c.table_oid
        LEFT JOIN smew_constraints() u ON u.table_oid = c.referenced_table AND u.kind IN ('p', 'u')
            AND list_sort(u.columns) = list_sort(c.referenced_columns)
        LEFT JOIN smew_schemas() s ON s.oid = u.schema_oid
        WHERE c.kind = 'f')"},

    Relation{"information_schema", "table_privileges", R"(
        SELECT o.name AS grantor, u.name AS grantee, current_database() AS table_catalog, r.schema AS table_schema,
               r.name AS table_name, p.privilege AS privilege_type,
               CASE WHEN r.owner = u.oid THEN 'YES' ELSE 'NO' END AS is_grantable,
               CASE p.privilege WHEN 'SELECT' THEN 'YES' ELSE 'NO' END AS with_hierarchy
        FROM smew_relations() r JOIN smew_roles() o ON o.oid = r.owner JOIN smew_roles() u ON u.login
        JOIN (VALUES ('INSERT'), ('SELECT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER'))
            AS p(privilege) ON r.owner = u.oid OR p.privilege = 'SELECT'
        WHERE r.kind IN ('r', 'v'))"},

    Relation{"information_schema", "role_table_grants", R"(
        SELECT o.name AS grantor, u.name AS grantee, current_database() AS table_catalog, r.schema AS table_schema,
               r.name AS table_name, p.privilege AS privilege_type,
               CASE WHEN r.owner = u.oid THEN 'YES' ELSE 'NO' END AS is_grantable,
               CASE p.privilege WHEN 'SELECT' THEN 'YES' ELSE 'NO' END AS with_hierarchy
        FROM smew_relations() r JOIN smew_roles() o ON o.oid = r.owner JOIN smew_roles() u ON u.login
        JOIN (VALUES ('INSERT'), ('SELECT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'), ('TRIGGER'))
            AS p(privilege) ON r.owner = u.oid OR p.privilege = 'SELECT'
        WHERE r.kind IN ('r', 'v'))"},

    Relation{"information_schema", "column_privileges", R"(
        SELECT o.name AS grantor, u.name AS grantee, current_database() AS table_catalog, c.schema AS table_schema,
               c.relation AS table_name, c.name AS column_name, p.privilege AS privilege_type,
               CASE WHEN c.owner = u.oid THEN 'YES' ELSE 'NO' END AS is_grantable
        FROM smew_columns() c JOIN smew_roles() o ON o.oid = c.owner JOIN smew_roles() u ON u.login
        JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) AS p(privilege)
            ON c.owner = u.oid OR p.privilege = 'SELECT'
        WHERE c.kind IN ('r', 'v'))"},

    Relation{"information_schema", "role_column_grants", R"(
        SELECT o.name AS grantor, u.name AS grantee, current_database() AS table_catalog, c.schema AS table_schema,
               c.relation AS table_name, c.name AS column_name, p.privilege AS privilege_type,
               CASE WHEN c.owner = u.oid THEN 'YES' ELSE 'NO' END AS is_grantable
        FROM smew_columns() c JOIN smew_roles() o ON o.oid = c.owner JOIN smew_roles() u ON u.login
        JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('REFERENCES')) AS p(privilege)
            ON c.owner = u.oid OR p.privilege = 'SELECT'
        WHERE c.kind IN ('r', 'v'))"},
};

}  // namespace

std::span<const Relation> information_schema_constraint_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
