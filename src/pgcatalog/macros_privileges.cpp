// has_…_privilege(): the session's user owns what the workspace holds, and reads what the project and the system hold.
// Source: PostgreSQL 15 documentation, table 9.72 "Access Privilege Inquiry Functions".
#include "pgcatalog/macro_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

// 16385 is the user's role. A privilege is a list with commas, any of which suffices; "WITH GRANT OPTION" only for what
// one owns.
constexpr std::array kMacros = {
    Macro{"has_table_privilege", R"((relation_arg, privilege_arg) AS
        (SELECT relowner = 16385
                OR list_has_any(list_transform(string_split(upper(privilege_arg), ','), lambda part: trim(part)), ['SELECT'])
         FROM pg_catalog.pg_class WHERE oid = relation_arg::regclass),
        (role_arg, relation_arg, privilege_arg) AS pg_catalog.has_table_privilege(relation_arg, privilege_arg))"},
    Macro{"has_any_column_privilege",
          R"((relation_arg, privilege_arg) AS pg_catalog.has_table_privilege(relation_arg, privilege_arg),
        (role_arg, relation_arg, privilege_arg) AS pg_catalog.has_table_privilege(relation_arg, privilege_arg))"},
    Macro{"has_column_privilege", R"((relation_arg, attribute_arg, privilege_arg) AS
        pg_catalog.has_table_privilege(relation_arg, privilege_arg),
        (role_arg, relation_arg, attribute_arg, privilege_arg) AS pg_catalog.has_table_privilege(relation_arg, privilege_arg))"},
    Macro{"has_sequence_privilege",
          R"((relation_arg, privilege_arg) AS pg_catalog.has_table_privilege(relation_arg, privilege_arg),
        (role_arg, relation_arg, privilege_arg) AS pg_catalog.has_table_privilege(relation_arg, privilege_arg))"},
    Macro{"has_schema_privilege", R"((schema_name_arg, privilege_arg) AS
        (SELECT nspowner = 16385
                OR list_has_any(list_transform(string_split(upper(privilege_arg), ','), lambda part: trim(part)), ['USAGE'])
         FROM pg_catalog.pg_namespace WHERE oid = schema_name_arg::regnamespace),
        (role_arg, schema_name_arg, privilege_arg) AS pg_catalog.has_schema_privilege(schema_name_arg, privilege_arg))"},
    Macro{"has_database_privilege",
          R"((database_name, privilege_arg) AS true, (role_arg, database_name, privilege_arg) AS true)"},
    Macro{"has_function_privilege",
          R"((function_name, privilege_arg) AS true, (role_arg, function_name, privilege_arg) AS true)"},
    Macro{"has_type_privilege", R"((type_name, privilege_arg) AS true, (role_arg, type_name, privilege_arg) AS true)"},
    Macro{"has_language_privilege",
          R"((language_name, privilege_arg) AS false, (role_arg, language_name, privilege_arg) AS false)"},
    Macro{"has_tablespace_privilege",
          R"((tablespace, privilege_arg) AS false, (role_arg, tablespace, privilege_arg) AS false)"},
    Macro{"has_foreign_data_wrapper_privilege",
          R"((wrapper, privilege_arg) AS false, (role_arg, wrapper, privilege_arg) AS false)"},
    Macro{"has_server_privilege", R"((server, privilege_arg) AS false, (role_arg, server, privilege_arg) AS false)"},
    Macro{"has_parameter_privilege", R"((setting, privilege_arg) AS upper(privilege_arg) = 'SET',
        (role_arg, setting, privilege_arg) AS upper(privilege_arg) = 'SET')"},
    Macro{"pg_has_role", R"((role_arg, privilege_arg) AS
        coalesce(role_arg::VARCHAR IN (current_user, '16385'), false),
        (member, role_arg, privilege_arg) AS pg_catalog.pg_has_role(role_arg, privilege_arg))"},
};

}  // namespace

std::span<const Macro> privilege_macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
