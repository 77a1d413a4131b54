// What depends on what: a serial column's sequence on the column, defaults and constraints on columns, and views on what
// they read.
// Source: PostgreSQL 15 documentation, 53.18 "pg_depend". The numbers are the OIDs of the catalogs that objects are in:
// 1259 pg_class, 2604 pg_attrdef, 2606 pg_constraint, 2618 pg_rewrite.
#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    // A view's rule has the view's own number.
    Relation{"pg_catalog", "pg_rewrite", R"(
        SELECT oid, '_RETURN' AS rulename, oid AS ev_class, '1' AS ev_type, 'O' AS ev_enabled, true AS is_instead
        FROM smew_relations() WHERE kind = 'v')"},

    Relation{"pg_catalog", "pg_depend", R"(
        SELECT 1259 AS classid, s.oid AS objid, 0 AS objsubid, 1259 AS refclassid, c.relation_oid AS refobjid,
               c.number AS refobjsubid, 'a' AS deptype
        FROM smew_columns() c JOIN smew_sequences() s
          ON s.schema = c.schema AND s.name = c.relation || '_' || c.name || '_seq'
        WHERE c.default_value LIKE 'nextval(%'
        UNION ALL
        SELECT 2604, relation_oid * 2048 + number, 0, 1259, relation_oid, number, 'a'
        FROM smew_columns() WHERE default_value IS NOT NULL
        UNION ALL
        SELECT 2606, oid, 0, 1259, table_oid, unnest(columns), 'a' FROM smew_constraints()
        UNION ALL
        SELECT 2606, oid, 0, 1259, referenced_table, unnest(referenced_columns), 'n'
        FROM smew_constraints() WHERE kind = 'f'
        UNION ALL
        SELECT 1259, index_oid, 0, 2606, oid, 0, 'i' FROM smew_constraints() WHERE kind IN ('p', 'u')
        UNION ALL
        SELECT 2618, oid, 0, 1259, oid, 0, 'i' FROM smew_relations() WHERE kind = 'v' AND owner <> 10
        UNION ALL
        SELECT 2618, view, 0, 1259, relation, 0, 'n' FROM smew_dependencies())"},
};

}  // namespace

std::span<const Relation> dependency_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
