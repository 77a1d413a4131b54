// What is counted: rows of tables. Nothing else is, so the other counters are NULL, not zero.
#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    Relation{"pg_catalog", "pg_stat_all_tables", R"(
        SELECT oid AS relid, schema AS schemaname, name AS relname,
               CASE WHEN row_count >= 0 THEN row_count END AS n_live_tup
        FROM smew_relations() WHERE kind = 'r')"},

    Relation{"pg_catalog", "pg_stat_user_tables", R"(
        SELECT oid AS relid, schema AS schemaname, name AS relname,
               CASE WHEN row_count >= 0 THEN row_count END AS n_live_tup
        FROM smew_relations() WHERE kind = 'r' AND owner <> 10)"},

    Relation{"pg_catalog", "pg_statio_user_tables", R"(
        SELECT oid AS relid, schema AS schemaname, name AS relname
        FROM smew_relations() WHERE kind = 'r' AND owner <> 10)"},

    Relation{"pg_catalog", "pg_stat_user_indexes", R"(
        SELECT table_oid AS relid, oid AS indexrelid, schema AS schemaname, table_name AS relname,
               name AS indexrelname
        FROM smew_indexes())"},

    Relation{"pg_catalog", "pg_stat_database", "SELECT oid AS datid, name AS datname FROM smew_databases()"},

    Relation{"pg_catalog", "pg_timezone_names", R"(
        SELECT name, abbrev, utc_offset, is_dst FROM pg_timezone_names())"},
};

}  // namespace

std::span<const Relation> statistics_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
