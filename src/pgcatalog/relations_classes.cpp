// Schemas, tables and columns.
#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    Relation{"pg_catalog", "pg_namespace", R"(
        SELECT oid, name AS nspname, owner AS nspowner FROM smew_schemas())"},

    // reltype: the number of a relation's row type is its own with an offset, one for the workspace's and one for the
    // project's, which pg_type adds as well.
    Relation{"pg_catalog", "pg_class", R"(
        SELECT oid, name AS relname, schema_oid AS relnamespace,
               CASE WHEN owner = 10 OR kind NOT IN ('r', 'v') THEN 0 WHEN oid >= 1073741824 THEN oid + 805306368
                    ELSE oid + 402653184 END AS reltype,
               0 AS reloftype, owner AS relowner,
               CASE kind WHEN 'r' THEN 2 WHEN 'i' THEN 403 ELSE 0 END AS relam, oid AS relfilenode, 0 AS reltablespace,
               0 AS relpages, row_count AS reltuples, 0 AS relallvisible, 0 AS reltoastrelid, has_index AS relhasindex,
               false AS relisshared, persistence AS relpersistence, kind AS relkind, columns AS relnatts,
               checks AS relchecks, kind = 'v' AS relhasrules, false AS relhastriggers, false AS relhassubclass,
               false AS relrowsecurity, false AS relforcerowsecurity, true AS relispopulated,
               CASE kind WHEN 'r' THEN 'd' ELSE 'n' END AS relreplident, false AS relispartition, 0 AS relrewrite,
               0 AS relfrozenxid, 0 AS relminmxid
        FROM smew_relations())"},

    Relation{"pg_catalog", "pg_attribute", R"(
        SELECT relation_oid AS attrelid, name AS attname, type_oid AS atttypid, -1 AS attstattarget, length AS attlen,
               number AS attnum, CASE WHEN left(type_name, 1) = '_' THEN 1 ELSE 0 END AS attndims,
               -1 AS attcacheoff, modifier AS atttypmod, by_value AS attbyval, alignment AS attalign,
               storage AS attstorage, '' AS attcompression, not_null AS attnotnull,
               default_value IS NOT NULL AS atthasdef, false AS atthasmissing, '' AS attidentity,
               generated AS attgenerated, false AS attisdropped, true AS attislocal, 0 AS attinhcount,
               collation_oid AS attcollation
        FROM smew_columns())"},

    Relation{"pg_catalog", "pg_attrdef", R"(
        SELECT relation_oid * 2048 + number AS oid, relation_oid AS adrelid, number AS adnum,
               default_value AS adbin
        FROM smew_columns() WHERE default_value IS NOT NULL)"},

    Relation{"pg_catalog", "pg_tables", R"(
        SELECT r.schema AS schemaname, r.name AS tablename, o.name AS tableowner,
               has_index AS hasindexes, false AS hasrules, false AS hastriggers, false AS rowsecurity
        FROM smew_relations() r JOIN smew_roles() o ON o.oid = r.owner WHERE kind = 'r')"},

    Relation{"pg_catalog", "pg_views", R"(
        SELECT r.schema AS schemaname, r.name AS viewname, o.name AS viewowner, definition
        FROM smew_relations() r JOIN smew_roles() o ON o.oid = r.owner WHERE kind = 'v')"},

    Relation{"pg_catalog", "pg_sequence", R"(
        SELECT oid AS seqrelid, 20 AS seqtypid, start_value AS seqstart, increment AS seqincrement, maximum AS seqmax,
               minimum AS seqmin, 1 AS seqcache, cycles AS seqcycle
        FROM smew_sequences())"},

    Relation{"pg_catalog", "pg_sequences", R"(
        SELECT s.schema AS schemaname, s.name AS sequencename, o.name AS sequenceowner, 20 AS data_type, start_value,
               minimum AS min_value, maximum AS max_value, increment AS increment_by, cycles AS cycle,
               1 AS cache_size, last_value
        FROM smew_sequences() s, smew_roles() o WHERE o.oid = 16385)"},

    Relation{"pg_catalog", "pg_description", R"(
        SELECT oid AS objoid, 1259 AS classoid, 0 AS objsubid, comment AS description
        FROM smew_relations() WHERE comment IS NOT NULL
        UNION ALL
        SELECT relation_oid, 1259, number, comment FROM smew_columns() WHERE comment IS NOT NULL
        UNION ALL
        SELECT oid, 2615, 0, comment FROM smew_schemas() WHERE comment IS NOT NULL
        UNION ALL
        SELECT oid, 1247, 0, comment FROM smew_types() WHERE comment IS NOT NULL)"},
};

}  // namespace

std::span<const Relation> class_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
