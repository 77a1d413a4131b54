// Functions of json and jsonb. Source: PostgreSQL 15 documentation, 9.16 "JSON Functions and Operators".
#include "pgcatalog/macro_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kMacros = {
    Macro{"json_typeof", R"((value) AS CASE json_type(value) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array'
        WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL
        ELSE CASE WHEN value IS NOT NULL THEN 'number' END END)"},
    Macro{"json_array_elements", "(value) AS unnest(json_extract(value, '$[*]'))"},
    Macro{"json_array_elements_text", "(value) AS unnest(json_extract_string(value, '$[*]'))"},
    Macro{"json_object_keys", "(value) AS unnest(json_keys(value))"},
    Macro{"json_agg",
          R"((value) AS ('[' || string_agg(coalesce(to_json(value)::VARCHAR, 'null'), ', ') || ']')::JSON)"},
    Macro{"json_extract_path", R"((value, key) AS value -> key::VARCHAR,
        (value, key, key2) AS value -> key::VARCHAR -> key2::VARCHAR,
        (value, key, key2, key3) AS value -> key::VARCHAR -> key2::VARCHAR -> key3::VARCHAR)"},
    Macro{"json_extract_path_text", R"((value, key) AS value ->> key::VARCHAR,
        (value, key, key2) AS value -> key::VARCHAR ->> key2::VARCHAR,
        (value, key, key2, key3) AS value -> key::VARCHAR -> key2::VARCHAR ->> key3::VARCHAR)"},
    Macro{"jsonb_typeof", R"((value) AS CASE json_type(value) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array'
        WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL
        ELSE CASE WHEN value IS NOT NULL THEN 'number' END END)"},
    Macro{"jsonb_array_elements", "(value) AS unnest(json_extract(value, '$[*]'))"},
    Macro{"jsonb_array_elements_text", "(value) AS unnest(json_extract_string(value, '$[*]'))"},
    Macro{"jsonb_object_keys", "(value) AS unnest(json_keys(value))"},
    Macro{"jsonb_agg",
          R"((value) AS ('[' || string_agg(coalesce(to_json(value)::VARCHAR, 'null'), ', ') || ']')::JSON)"},
    Macro{"jsonb_extract_path", R"((value, key) AS value -> key::VARCHAR,
        (value, key, key2) AS value -> key::VARCHAR -> key2::VARCHAR,
        (value, key, key2, key3) AS value -> key::VARCHAR -> key2::VARCHAR -> key3::VARCHAR)"},
    Macro{"jsonb_extract_path_text", R"((value, key) AS value ->> key::VARCHAR,
        (value, key, key2) AS value -> key::VARCHAR ->> key2::VARCHAR,
        (value, key, key2, key3) AS value -> key::VARCHAR -> key2::VARCHAR ->> key3::VARCHAR)"},
    Macro{"json_object_agg", R"((key, value) AS
        ('{ ' || string_agg(to_json(key::VARCHAR) || ' : ' || coalesce(to_json(value)::VARCHAR, 'null'), ', ') || ' }')::JSON)"},
    Macro{"jsonb_object_agg", R"((key, value) AS
        ('{' || string_agg(to_json(key::VARCHAR) || ': ' || coalesce(to_json(value)::VARCHAR, 'null'), ', ') || '}')::JSON)"},
    Macro{"to_jsonb", "(value) AS to_json(value)"},
    Macro{"jsonb_array_length", "(value) AS json_array_length(value)::INTEGER"},
    Macro{"jsonb_pretty", "(value) AS json_pretty(value)"},
};

}  // namespace

std::span<const Macro> json_macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
