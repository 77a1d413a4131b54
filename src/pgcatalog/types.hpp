#pragma once
// PostgreSQL's built-in types: their OIDs and names. Source: PostgreSQL 15, src/include/catalog/pg_type.dat.

#include <cstdint>
#include <span>
#include <string_view>

namespace smew::pgcatalog {

struct BuiltinType {
    std::uint32_t oid;
    std::uint32_t array_oid;    // 0: it has none
    std::string_view name;      // pg_type.typname: "int4"
    std::string_view sql_name;  // as format_type() and error messages tell it: "integer"
};

// By OID.
std::span<const BuiltinType> builtin_types();
// nullptr when there is none.
const BuiltinType* find_type(std::uint32_t oid);
const BuiltinType* find_type_of_array(std::uint32_t array_oid);
// By typname, as it is written there: lower case.
const BuiltinType* find_type_named(std::string_view name);

// The OIDs that PostgreSQL gives its own catalogs, so that 1259 is pg_class here too. 0: not one of them.
std::uint32_t system_relation_oid(std::string_view name);
std::string_view system_relation_name(std::uint32_t oid);  // empty: none

}  // namespace smew::pgcatalog
