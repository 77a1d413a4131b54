// The server: databases, roles, access methods, languages, settings.
#include "pgcatalog/relation_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    Relation{"pg_catalog", "pg_am", R"(
        SELECT oid, amname, amhandler, amtype
        FROM (VALUES (2, 'heap', 3, 't'), (403, 'btree', 330, 'i')) AS am(oid, amname, amhandler, amtype))"},

    Relation{"pg_catalog", "pg_database", R"(
        SELECT oid, name AS datname, owner AS datdba, 6 AS encoding, 'c' AS datlocprovider, false AS datistemplate,
               true AS datallowconn, -1 AS datconnlimit, 0 AS datfrozenxid, 0 AS datminmxid, 1663 AS dattablespace,
               'C.UTF-8' AS datcollate, 'C.UTF-8' AS datctype
        FROM smew_databases())"},

    Relation{"pg_catalog", "pg_tablespace", R"(
        SELECT oid, spcname, spcowner
        FROM (VALUES (1663, 'pg_default', 10), (1664, 'pg_global', 10))
            AS t(oid, spcname, spcowner))"},

    Relation{"pg_catalog", "pg_authid", R"(
        SELECT oid, name AS rolname, false AS rolsuper, true AS rolinherit, false AS rolcreaterole,
               false AS rolcreatedb, login AS rolcanlogin, false AS rolreplication, false AS rolbypassrls,
               -1 AS rolconnlimit
        FROM smew_roles())"},

    Relation{"pg_catalog", "pg_roles", R"(
        SELECT name AS rolname, false AS rolsuper, true AS rolinherit, false AS rolcreaterole, false AS rolcreatedb,
               login AS rolcanlogin, false AS rolreplication, -1 AS rolconnlimit, '********' AS rolpassword,
               false AS rolbypassrls, oid
        FROM smew_roles())"},

    Relation{"pg_catalog", "pg_user", R"(
        SELECT name AS usename, oid AS usesysid, false AS usecreatedb, false AS usesuper, false AS userepl,
               false AS usebypassrls, '********' AS passwd
        FROM smew_roles() WHERE login)"},

    Relation{"pg_catalog", "pg_settings", R"(
        SELECT name, value AS setting, unit, 'Client Connection Defaults' AS category, description AS short_desc,
               CASE WHEN read_only THEN 'internal' ELSE 'user' END AS context, type AS vartype,
               CASE WHEN value = start_value THEN 'default' ELSE 'session' END AS source, minimum AS min_val,
               maximum AS max_val, choices AS enumvals, start_value AS boot_val, reset_value AS reset_val,
               false AS pending_restart
        FROM smew_settings())"},

    // The owner's name is the only one there is: a workspace has one user.
    Relation{"pg_catalog", "pg_stat_activity", R"(
        SELECT d.oid AS datid, b.datname AS datname, b.pid AS pid, r.oid AS usesysid, b.usename AS usename,
               b.application_name AS application_name, b.client_addr AS client_addr, b.client_port AS client_port,
               make_timestamptz(b.connected) AS backend_start, make_timestamptz(b.query_started) AS query_start,
               make_timestamptz(b.state_since) AS state_change,
               CASE WHEN b.state = 'active' THEN NULL ELSE 'Client' END AS wait_event_type,
               CASE WHEN b.state = 'active' THEN NULL ELSE 'ClientRead' END AS wait_event,
               b.state AS state, b.query AS query, 'client backend' AS backend_type
        FROM smew_backends() b LEFT JOIN smew_databases() d ON d.name = b.datname
             LEFT JOIN smew_roles() r ON r.name = b.usename)"},

    Relation{"pg_catalog", "pg_prepared_statements", R"(
        SELECT name, statement, make_timestamptz(prepared) AS prepare_time, types AS parameter_types,
               by_sql AS from_sql
        FROM smew_prepared_statements())"},

    Relation{"pg_catalog", "pg_cursors", R"(
        SELECT name, statement, holdable AS is_holdable, is_binary AS is_binary, scrollable AS is_scrollable,
               make_timestamptz(opened) AS creation_time
        FROM smew_cursors())"},

    Relation{"pg_catalog", "pg_language", R"(
        SELECT oid, lanname, 10 AS lanowner, lanispl, lanpltrusted, lanplcallfoid, laninline, lanvalidator
        FROM (VALUES (12, 'internal', false, false, 0, 0, 2246), (14, 'sql', false, true, 0, 0, 2248))
            AS l(oid, lanname, lanispl, lanpltrusted, lanplcallfoid, laninline, lanvalidator))"},
};

}  // namespace

std::span<const Relation> server_relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
