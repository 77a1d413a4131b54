// What clients ask about the server, the catalogs and their rights.
// Source: PostgreSQL 15 documentation, 9.26 "System Information Functions", 9.27 "System Administration Functions".
#include "pgcatalog/macro_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kMacros = {
    // ---- encodings, of which there is one
    Macro{"pg_encoding_to_char", "(encoding) AS CASE WHEN encoding = 6 THEN 'UTF8' ELSE '' END::name"},
    Macro{"pg_char_to_encoding", "(encoding) AS CASE WHEN upper(encoding) IN ('UTF8', 'UTF-8') THEN 6 ELSE -1 END"},
    Macro{"getdatabaseencoding", "() AS 'UTF8'::name"},
    Macro{"pg_client_encoding", "() AS 'UTF8'::name"},

    // ---- definitions
    Macro{"pg_get_userbyid", R"((role_oid_arg) AS
        coalesce((SELECT rolname FROM pg_catalog.pg_roles WHERE oid = role_oid_arg), 'unknown (OID=' || role_oid_arg || ')')::name)"},
    Macro{"pg_get_expr",
          "(expression_arg, relation_arg) AS expression_arg::VARCHAR, "
          "(expression_arg, relation_arg, pretty_arg) AS expression_arg::VARCHAR"},
    Macro{"pg_get_viewdef", R"((view_oid_arg) AS
        (SELECT definition FROM smew_relations() WHERE oid = view_oid_arg::regclass),
        (view_oid_arg, pretty_arg) AS pg_catalog.pg_get_viewdef(view_oid_arg))"},
    Macro{"pg_get_indexdef", R"((index_oid_arg) AS
        (SELECT definition FROM smew_indexes() WHERE oid = index_oid_arg),
        (index_oid_arg, column_number_arg, pretty_arg) AS
        (SELECT CASE WHEN column_number_arg = 0 THEN definition ELSE keys[column_number_arg] END
         FROM smew_indexes() WHERE oid = index_oid_arg))"},
    Macro{"pg_get_constraintdef", R"((constraint_oid_arg) AS
        (SELECT definition FROM smew_constraints() WHERE oid = constraint_oid_arg),
        (constraint_oid_arg, pretty_arg) AS pg_catalog.pg_get_constraintdef(constraint_oid_arg))"},
    Macro{"pg_get_serial_sequence", R"((table_name_arg, column_name_arg) AS
        (SELECT CASE WHEN contains(sequence, '.') THEN sequence ELSE 'public.' || sequence END FROM
         (SELECT nullif(regexp_extract(d.adbin, 'nextval\(''([^'']+)''', 1), '') AS sequence
          FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
          WHERE d.adrelid = table_name_arg::regclass AND a.attname = column_name_arg)))"},
    Macro{"pg_get_ruledef", "(rule_oid) AS NULL::VARCHAR, (rule_oid, pretty_arg) AS NULL::VARCHAR"},
    Macro{"pg_get_triggerdef", "(trigger_oid) AS NULL::VARCHAR, (trigger_oid, pretty_arg) AS NULL::VARCHAR"},
    Macro{"pg_get_partkeydef", "(table_oid_arg) AS NULL::VARCHAR"},
    Macro{"pg_get_partition_constraintdef", "(table_oid_arg) AS NULL::VARCHAR"},
    Macro{"pg_get_statisticsobjdef", "(statistics_oid) AS NULL::VARCHAR"},
    Macro{"pg_get_statisticsobjdef_columns", "(statistics_oid) AS NULL::VARCHAR"},
    Macro{"pg_get_function_sqlbody", "(function_oid) AS NULL::VARCHAR"},
    Macro{"pg_get_function_result", R"((function_arg) AS
        (SELECT pg_catalog.format_type(min(prorettype), NULL) FROM pg_catalog.pg_proc WHERE oid = function_arg))"},
    Macro{"pg_get_function_arguments", R"((function_arg) AS
        (SELECT array_to_string(list_transform(any_value(proargtypes)::BIGINT[], lambda type: pg_catalog.format_type(type, NULL)), ', ')
         FROM pg_catalog.pg_proc WHERE oid = function_arg))"},
    Macro{"pg_get_function_identity_arguments", "(function_arg) AS pg_catalog.pg_get_function_arguments(function_arg)"},
    Macro{"pg_get_functiondef", "(function_arg) AS NULL::VARCHAR"},
    Macro{"pg_tablespace_location", "(tablespace_oid) AS ''"},

    // ---- comments
    Macro{"obj_description", R"((object_oid_arg) AS
        (SELECT min(description) FROM pg_catalog.pg_description WHERE objoid = object_oid_arg AND objsubid = 0),
        (object_oid_arg, catalog_name_arg) AS
        (SELECT min(description) FROM pg_catalog.pg_description
         WHERE objoid = object_oid_arg AND objsubid = 0 AND classoid = pg_catalog.to_regclass(catalog_name_arg)))"},
    Macro{"col_description", R"((table_oid_arg, column_number_arg) AS
        (SELECT min(description) FROM pg_catalog.pg_description
         WHERE objoid = table_oid_arg AND objsubid = column_number_arg AND classoid = 1259))"},
    Macro{"shobj_description", "(object_oid_arg, catalog_name_arg) AS NULL::VARCHAR"},

    // ---- what the search path finds
    Macro{"pg_statistics_obj_is_visible", "(statistics_oid) AS true"},
    Macro{"pg_my_temp_schema", "() AS 0::oid"},
    Macro{"pg_is_other_temp_schema", "(schema_oid) AS false"},
    Macro{"pg_relation_is_publishable", "(relation_arg) AS false"},
    Macro{"pg_relation_is_updatable", R"((relation_arg, include_triggers) AS
        (SELECT CASE WHEN relkind = 'r' AND relowner = 16385 THEN 28 ELSE 0 END
         FROM pg_catalog.pg_class WHERE oid = relation_arg))"},
    Macro{"pg_collation_for", "(value) AS CASE WHEN typeof(value) = 'VARCHAR' THEN '\"default\"' END"},

    // ---- the server
    Macro{"pg_size_pretty", R"((size) AS
        CASE WHEN abs(size::HUGEINT) < 10240 THEN size::BIGINT || ' bytes'
             WHEN abs(size::HUGEINT) < 10485248 THEN ((size::HUGEINT // 512 + sign(size)) // 2)::VARCHAR || ' kB'
             WHEN abs(size::HUGEINT) < 10736893952 THEN ((size::HUGEINT // 524288 + sign(size)) // 2)::VARCHAR || ' MB'
             WHEN abs(size::HUGEINT) < 10994579406848 THEN ((size::HUGEINT // 536870912 + sign(size)) // 2)::VARCHAR || ' GB'
             WHEN abs(size::HUGEINT) < 11258449312612352 THEN ((size::HUGEINT // 549755813888 + sign(size)) // 2)::VARCHAR || ' TB'
             ELSE ((size::HUGEINT // 562949953421312 + sign(size)) // 2)::VARCHAR || ' PB' END)"},
    // The tables of a workspace share one file, and nobody counts which of its blocks are whose.
    Macro{"pg_relation_size", "(relation_arg) AS NULL::BIGINT, (relation_arg, fork) AS NULL::BIGINT"},
    Macro{"pg_table_size", "(relation_arg) AS NULL::BIGINT"},
    Macro{"pg_indexes_size", "(relation_arg) AS NULL::BIGINT"},
    Macro{"pg_total_relation_size", "(relation_arg) AS NULL::BIGINT"},
    Macro{"pg_database_size", "(database_arg) AS NULL::BIGINT"},
    Macro{"pg_tablespace_size", "(tablespace_arg) AS NULL::BIGINT"},
    Macro{"pg_relation_filenode", "(relation_arg) AS relation_arg::oid"},
    Macro{"pg_jit_available", "() AS false"},
    Macro{"pg_trigger_depth", "() AS 0"},
    Macro{"pg_sleep",
          "(seconds) AS CASE WHEN sleep_ms(CAST(seconds * 1000 AS BIGINT)) IS NULL THEN '' ELSE '' END::void"},
    Macro{"pg_sleep_for", "(duration) AS pg_catalog.pg_sleep(epoch(duration))"},
    Macro{"pg_advisory_unlock_all", "() AS ''::void"},  // no session here holds any
    Macro{"pg_blocking_pids", "(pid) AS []::INTEGER[]"},
    Macro{"txid_current_if_assigned", "() AS txid_current()"},
    Macro{"pg_current_xact_id", "() AS txid_current()::xid8"},
    Macro{"pg_stat_get_numscans", "(relation_arg) AS 0::BIGINT"},
    Macro{"pg_stat_get_snapshot_timestamp", "() AS NULL::TIMESTAMP WITH TIME ZONE"},
    Macro{"pg_is_wal_replay_paused", "() AS false"},
    Macro{"pg_last_wal_receive_lsn", "() AS NULL::pg_lsn"},
    Macro{"pg_last_wal_replay_lsn", "() AS NULL::pg_lsn"},
    Macro{"pg_last_xact_replay_timestamp", "() AS NULL::TIMESTAMP WITH TIME ZONE"},

    // ---- information_schema's own
    Macro{"_pg_truetypid", "(a, t) AS CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END"},
    Macro{"_pg_truetypmod", "(a, t) AS CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END"},
    Macro{"_pg_char_max_length", R"((type_oid, modifier) AS
        CASE WHEN modifier = -1 THEN NULL WHEN type_oid IN (1042, 1043) THEN modifier - 4
             WHEN type_oid IN (1560, 1562) THEN modifier END::INTEGER)"},
    Macro{"_pg_numeric_precision", R"((type_oid, modifier) AS
        CASE type_oid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
             WHEN 1700 THEN CASE WHEN modifier = -1 THEN NULL ELSE ((modifier - 4) >> 16) & 65535 END END::INTEGER)"},
    Macro{"_pg_numeric_scale", R"((type_oid, modifier) AS
        CASE WHEN type_oid IN (20, 21, 23) THEN 0
             WHEN type_oid = 1700 AND modifier <> -1 THEN (modifier - 4) & 65535 END::INTEGER)"},
};

}  // namespace

std::span<const Macro> system_macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
