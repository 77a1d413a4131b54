#pragma once
// The functions of PostgreSQL that its catalogs refer to by OID: a type's input and output, an access method's handler.
// They cannot be called here; clients tell types apart by their names (array_recv, enum_in).
//
// Source: PostgreSQL 15, src/include/catalog/pg_proc.dat, read from a server's pg_proc.

#include <cstdint>
#include <span>
#include <string_view>

namespace smew::pgcatalog {

struct SupportFunction {
    std::uint32_t oid;
    std::string_view name;
    std::uint32_t result;
    std::string_view arguments;  // their types' OIDs, blanks between
};

// In the order of their OIDs.
std::span<const SupportFunction> support_functions();
// nullptr: there is none.
const SupportFunction* support_function(std::uint32_t oid);

}  // namespace smew::pgcatalog
