// Functions of json and jsonb. Source: PostgreSQL 15 documentation, 9.16 "JSON Functions and Operators".
#include "pgcatalog/macro_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kMacros = {
    Macro{"json_typeof", R"((value) AS CASE json_type(value) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array'
        WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN NULL THEN NULL
        ELSE CASE WHEN value IS NOT NULL THEN 'number' END END)"},
    Macro{"jsonb_exists", R"((value, key) AS CASE json_type(value)
        WHEN 'ARRAY' THEN coalesce(list_contains(json_extract_string(value, '$[*]'), key), false)
        WHEN 'VARCHAR' THEN json_extract_string(value, '$') = key
        ELSE coalesce(list_contains(json_keys(value), key), false) END)"},
    Macro{"jsonb_exists_any", "(value, keys) AS list_has_any(json_keys(value), keys)"},
    Macro{"jsonb_exists_all", "(value, keys) AS list_has_all(json_keys(value), keys)"},
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

    // ---- as many arguments as there are overloads
    Macro{"json_build_object", R"(() AS json_object(),
        (k1, v1) AS json_object(k1::VARCHAR, v1),
        (k1, v1, k2, v2) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2),
        (k1, v1, k2, v2, k3, v3) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3),
        (k1, v1, k2, v2, k3, v3, k4, v4) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4),
        (k1, v1, k2, v2, k3, v3, k4, v4, k5, v5) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4, k5::VARCHAR, v5),
        (k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4, k5::VARCHAR, v5, k6::VARCHAR, v6),
        (k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4, k5::VARCHAR, v5, k6::VARCHAR, v6, k7::VARCHAR, v7),
        (k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4, k5::VARCHAR, v5, k6::VARCHAR, v6, k7::VARCHAR, v7, k8::VARCHAR, v8))"},
    Macro{"json_build_array", R"(() AS json_array(),
        (v1) AS json_array(v1),
        (v1, v2) AS json_array(v1, v2),
        (v1, v2, v3) AS json_array(v1, v2, v3),
        (v1, v2, v3, v4) AS json_array(v1, v2, v3, v4),
        (v1, v2, v3, v4, v5) AS json_array(v1, v2, v3, v4, v5),
        (v1, v2, v3, v4, v5, v6) AS json_array(v1, v2, v3, v4, v5, v6),
        (v1, v2, v3, v4, v5, v6, v7) AS json_array(v1, v2, v3, v4, v5, v6, v7),
        (v1, v2, v3, v4, v5, v6, v7, v8) AS json_array(v1, v2, v3, v4, v5, v6, v7, v8))"},
    Macro{"jsonb_build_object", R"(() AS json_object(),
        (k1, v1) AS json_object(k1::VARCHAR, v1),
        (k1, v1, k2, v2) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2),
        (k1, v1, k2, v2, k3, v3) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3),
        (k1, v1, k2, v2, k3, v3, k4, v4) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4),
        (k1, v1, k2, v2, k3, v3, k4, v4, k5, v5) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4, k5::VARCHAR, v5),
        (k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4, k5::VARCHAR, v5, k6::VARCHAR, v6),
        (k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4, k5::VARCHAR, v5, k6::VARCHAR, v6, k7::VARCHAR, v7),
        (k1, v1, k2, v2, k3, v3, k4, v4, k5, v5, k6, v6, k7, v7, k8, v8) AS json_object(k1::VARCHAR, v1, k2::VARCHAR, v2, k3::VARCHAR, v3, k4::VARCHAR, v4, k5::VARCHAR, v5, k6::VARCHAR, v6, k7::VARCHAR, v7, k8::VARCHAR, v8))"},
    Macro{"jsonb_build_array", R"(() AS json_array(),
        (v1) AS json_array(v1),
        (v1, v2) AS json_array(v1, v2),
        (v1, v2, v3) AS json_array(v1, v2, v3),
        (v1, v2, v3, v4) AS json_array(v1, v2, v3, v4),
        (v1, v2, v3, v4, v5) AS json_array(v1, v2, v3, v4, v5),
        (v1, v2, v3, v4, v5, v6) AS json_array(v1, v2, v3, v4, v5, v6),
        (v1, v2, v3, v4, v5, v6, v7) AS json_array(v1, v2, v3, v4, v5, v6, v7),
        (v1, v2, v3, v4, v5, v6, v7, v8) AS json_array(v1, v2, v3, v4, v5, v6, v7, v8))"},
};

}  // namespace

std::span<const Macro> json_macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
