#pragma once
// PostgreSQL's built-in types as its pg_type has them; what smew has no values of is listed all the same, since clients
// look their own types up by these numbers.
//
// Source: PostgreSQL 15, src/include/catalog/pg_type.dat, read from a server's pg_type.

#include <cstdint>
#include <span>
#include <string_view>

namespace smew::pgcatalog {

struct BuiltinType {
    std::uint32_t oid;
    std::string_view name;      // pg_type.typname: "int4"
    std::string_view sql_name;  // as format_type() tells it: "integer"
    std::int16_t length;        // -1: varies; -2: ends in NUL
    char kind;                  // typtype: b base, p pseudo, r range, m multirange
    char category;              // A array, N numeric, S string …
    bool preferred;             // in its category
    char delimiter;             // between the values of an array
    std::uint32_t element, array;
    std::uint32_t input, output, receive, send, modifier_in, modifier_out;  // functions' OIDs
    char alignment, storage;
    std::uint32_t collation;
};

// In the order of their OIDs.
std::span<const BuiltinType> builtin_types();
// nullptr: there is none.
const BuiltinType* builtin_type(std::uint32_t oid);
const BuiltinType* builtin_type(std::string_view name);

}  // namespace smew::pgcatalog
