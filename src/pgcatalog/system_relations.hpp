#pragma once
// Every relation of PostgreSQL's pg_catalog and information_schema with its columns: clients name any of them, and a
// relation that smew has nothing for is empty, not unknown. What fills the others is in definitions.hpp.
//
// Source: PostgreSQL 15, read from a server's pg_class and pg_attribute. Columns of a domain (information_schema) have
// the domain's base type, which is what a client is told.

#include <cstdint>
#include <span>
#include <string_view>

namespace smew::pgcatalog {

struct SystemRelation {
    std::uint32_t oid;
    std::string_view name;
    char kind;                 // relkind: r table, v view
    std::string_view columns;  // "name type, name type[], …"; types by pg_type.typname
};

std::span<const SystemRelation> system_tables();             // pg_catalog
std::span<const SystemRelation> system_views();              // pg_catalog
std::span<const SystemRelation> information_schema_views();  // and its four tables

// The OID of a name of pg_catalog or information_schema (0: none); the name of an OID of pg_catalog (empty: none).
std::uint32_t system_relation_oid(std::string_view schema, std::string_view name);
std::string_view system_relation_name(std::uint32_t oid);

}  // namespace smew::pgcatalog
