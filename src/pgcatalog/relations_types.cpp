// Types, ranges and enums.
#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    // Behind the types come the row types of relations, read and written by record_in and its like.
    // typsubscript: array_subscript_handler for arrays, raw_array_subscript_handler for what is read as one.
    Relation{"pg_catalog", "pg_type", R"(
        SELECT oid, name AS typname, schema_oid AS typnamespace, owner AS typowner, length AS typlen,
               length IN (1, 2, 4, 8) AS typbyval, kind AS typtype, category AS typcategory,
               preferred AS typispreferred, true AS typisdefined, delimiter AS typdelim, 0 AS typrelid,
               CASE WHEN category = 'A' AND element <> 0 THEN 6179 WHEN element <> 0 THEN 6180 ELSE 0 END
                   AS typsubscript,
               element AS typelem, array_oid AS typarray, input AS typinput, output AS typoutput,
               receive AS typreceive, send AS typsend, modifier_in AS typmodin, modifier_out AS typmodout,
               0 AS typanalyze, alignment AS typalign, storage AS typstorage, false AS typnotnull, base AS typbasetype,
               -1 AS typtypmod, 0 AS typndims, collation_oid AS typcollation
        FROM smew_types()
        UNION ALL
        SELECT CASE WHEN oid >= 1073741824 THEN oid + 805306368 ELSE oid + 402653184 END, name, schema_oid, owner, -1,
               false, 'c', 'C', false, true, ',', oid, 0, 0, 0, 2290, 2291, 2402, 2403, 0, 0, 0, 'd', 'x', false, 0,
               -1, 0, 0
        FROM smew_relations() WHERE kind IN ('r', 'v') AND owner <> 10)"},

    Relation{"pg_catalog", "pg_enum", R"(
        SELECT oid, type_oid AS enumtypid, sort_order AS enumsortorder, label AS enumlabel FROM smew_enum_labels())"},

    // rngcanonical and rngsubdiff by their functions' OIDs.
    Relation{"pg_catalog", "pg_range", R"(
        SELECT rngtypid, rngsubtype, rngmultitypid, rngcollation, rngsubopc, rngcanonical, rngsubdiff
        FROM (VALUES (3904, 23, 4451, 0, 1978, 3914, 3922), (3906, 1700, 4532, 0, 3125, 0, 3924),
                              (3908, 1114, 4533, 0, 3128, 0, 3929), (3910, 1184, 4534, 0, 3127, 0, 3930),
                              (3912, 1082, 4535, 0, 3122, 3915, 3925), (3926, 20, 4536, 0, 3124, 3928, 3923))
            AS r(rngtypid, rngsubtype, rngmultitypid, rngcollation, rngsubopc, rngcanonical, rngsubdiff))"},

    Relation{"pg_catalog", "pg_proc", R"(
        SELECT oid, name AS proname, schema_oid AS pronamespace, owner AS proowner, language AS prolang, 1 AS procost,
               CASE WHEN returns_set THEN 1000 ELSE 0 END AS prorows, variadic_type AS provariadic, 0 AS prosupport,
               kind AS prokind, false AS prosecdef, false AS proleakproof, is_strict AS proisstrict,
               returns_set AS proretset, volatility AS provolatile, 's' AS proparallel, cardinality(arguments) AS pronargs,
               0 AS pronargdefaults, result AS prorettype, arguments AS proargtypes, argument_names AS proargnames,
               source AS prosrc
        FROM smew_procedures())"},

    Relation{"pg_catalog", "pg_collation", R"(
        SELECT oid, collname, 11 AS collnamespace, 10 AS collowner, provider AS collprovider,
               true AS collisdeterministic, -1 AS collencoding, locale AS collcollate, locale AS collctype
        FROM (VALUES (100, 'default', 'd', NULL), (950, 'C', 'c', 'C'), (951, 'POSIX', 'c', 'POSIX'))
            AS c(oid, collname, provider, locale))"},
};

}  // namespace

std::span<const Relation> type_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
