#pragma once
// Which PostgreSQL type a value of an engine type is, to clients and in the catalogs alike.

#include "engine/types.hpp"

#include <cstdint>

namespace smew::engine {

struct PostgresType {
    std::uint32_t oid = 0;
    std::int32_t modifier = -1;  // as pg_attribute.atttypmod: numeric's precision and scale
    friend bool operator==(const PostgresType&, const PostgresType&) = default;
};

// json for what PostgreSQL has no type for: structs, maps, unions, lists of lists (which may be ragged). An enum is
// text: its labels are what a client gets.
PostgresType postgres_type(const Type& type);

// The scalar at the bottom of a list or of fixed-size arrays in one another.
const Type& array_leaf(const Type& type);

}  // namespace smew::engine
