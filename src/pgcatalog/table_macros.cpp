// Functions that give rows. Source: PostgreSQL 15 documentation, 9.4 "String Functions and Operators", 9.16 "JSON
// Functions and Operators", 9.25 "Set Returning Functions".
#include "pgcatalog/definitions.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

// A key as a JSON pointer names it.
#define SMEW_POINTER "'/' || replace(replace(key, '~', '~0'), '/', '~1')"

constexpr std::array kTableMacros = {
    TableMacro{"json_array_elements", "(list) AS TABLE SELECT unnest(json_extract(list, '$[*]')) AS value"},
    TableMacro{"jsonb_array_elements", "(list) AS TABLE SELECT unnest(json_extract(list, '$[*]')) AS value"},
    TableMacro{"json_array_elements_text", R"((list) AS TABLE
        SELECT unnest(json_extract_string(list, '$[*]')) AS value)"},
    TableMacro{"jsonb_array_elements_text", R"((list) AS TABLE
        SELECT unnest(json_extract_string(list, '$[*]')) AS value)"},
    TableMacro{"json_each_text", "(object) AS TABLE SELECT key, json_extract_string(object, " SMEW_POINTER
                                 ") AS value FROM (SELECT unnest(json_keys(object)) AS key)"},
    TableMacro{"jsonb_each_text", "(object) AS TABLE SELECT key, json_extract_string(object, " SMEW_POINTER
                                  ") AS value FROM (SELECT unnest(json_keys(object)) AS key)"},
    TableMacro{"jsonb_each", "(object) AS TABLE SELECT key, json_extract(object, " SMEW_POINTER
                             ") AS value FROM (SELECT unnest(json_keys(object)) AS key)"},
    TableMacro{"json_object_keys", "(object) AS TABLE SELECT unnest(json_keys(object)) AS json_object_keys", true},
    TableMacro{"jsonb_object_keys", "(object) AS TABLE SELECT unnest(json_keys(object)) AS jsonb_object_keys", true},
    TableMacro{"string_to_table", R"((string, delimiter) AS TABLE
        SELECT unnest(string_split(string, delimiter)) AS string_to_table)",
               true},
    TableMacro{"regexp_split_to_table", R"((string, pattern) AS TABLE
        SELECT unnest(regexp_split_to_array(string, pattern)) AS regexp_split_to_table)",
               true},
    TableMacro{"generate_subscripts", R"((list, dimension) AS TABLE SELECT unnest(CASE WHEN dimension = 1
        THEN range(1, cardinality(list) + 1) ELSE [] END)::INTEGER AS generate_subscripts)",
               true},
};
#undef SMEW_POINTER

}  // namespace

std::span<const TableMacro> table_macros() {
    return kTableMacros;
}

}  // namespace smew::pgcatalog
