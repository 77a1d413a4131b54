#include "pgcatalog/definitions.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kRelations = {
    Relation{"pg_catalog", "pg_am", R"(
        SELECT oid::UINTEGER AS oid, amname, 0::UINTEGER AS amhandler, amtype
        FROM (VALUES (2, 'heap', 't'), (403, 'btree', 'i')) AS am(oid, amname, amtype))"},
};

}  // namespace

std::span<const Relation> relations() {
    return kRelations;
}

}  // namespace smew::pgcatalog
