// Constraints and indexes.
#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    Relation{"pg_catalog", "pg_constraint", R"(
        SELECT oid, name AS conname, schema_oid AS connamespace, kind AS contype, false AS condeferrable,
               false AS condeferred, true AS convalidated, table_oid AS conrelid, 0 AS contypid, index_oid AS conindid,
               0 AS conparentid, referenced_table AS confrelid, CASE kind WHEN 'f' THEN 'a' ELSE ' ' END AS confupdtype,
               CASE kind WHEN 'f' THEN 'a' ELSE ' ' END AS confdeltype,
               CASE kind WHEN 'f' THEN 's' ELSE ' ' END AS confmatchtype, true AS conislocal, 0 AS coninhcount,
               kind <> 'c' AS connoinherit, columns AS conkey,
               CASE kind WHEN 'f' THEN referenced_columns END AS confkey, expression AS conbin
        FROM smew_constraints())"},

    Relation{"pg_catalog", "pg_index", R"(
        SELECT oid AS indexrelid, table_oid AS indrelid, cardinality(columns) AS indnatts, cardinality(columns) AS indnkeyatts,
               is_unique AS indisunique, false AS indnullsnotdistinct, is_primary AS indisprimary,
               false AS indisexclusion, true AS indimmediate, false AS indisclustered, true AS indisvalid,
               false AS indcheckxmin, true AS indisready, true AS indislive, false AS indisreplident,
               columns AS indkey, [0 FOR x IN columns::INTEGER[]] AS indcollation,
               [0 FOR x IN columns::INTEGER[]] AS indclass, [0 FOR x IN columns::INTEGER[]] AS indoption, expressions AS indexprs
        FROM smew_indexes())"},

    Relation{"pg_catalog", "pg_indexes", R"(
        SELECT schema AS schemaname, table_name AS tablename, name AS indexname,
               definition AS indexdef
        FROM smew_indexes())"},
};

}  // namespace

std::span<const Relation> constraint_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
