#pragma once
// How a client sees an engine type on the wire (its PostgreSQL type is engine/postgres_types.hpp's to say), and which
// type a name stands for.

#include "engine/types.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace smew::pgsession {

enum class WireShape : std::uint8_t {
    kScalar,
    kArray,  // a list of scalars, or fixed-size arrays in one another: rectangular by their type; int2vector
    kJson,   // what PostgreSQL has no type for: structs, maps, unions, lists of lists (which may be ragged)
};

struct WireType {
    WireShape shape = WireShape::kScalar;
    std::uint32_t oid = 0;
    std::int16_t size = -1;
    std::int32_t modifier = -1;
};

WireType wire_type_of(const engine::Type& type);

// True for VARCHAR called JSON: its text is JSON already.
bool is_row_position(const engine::Type& type);  // tid
bool is_json_text(const engine::Type& type);

// 0 when the type has no array type here; 0 when the OID is no array.
std::uint32_t array_oid_of(std::uint32_t element_oid);
std::uint32_t element_oid_of(std::uint32_t array_oid);

// The OID of a type's SQL name, as PREPARE p (int, text[]) states it; nullopt: unknown.
std::optional<std::uint32_t> oid_of_type_name(std::string_view name);
// The engine's type for a PostgreSQL OID, to state the elements of list parameters; kVarchar for what it does not know.
engine::Type engine_type_of(std::uint32_t oid);

}  // namespace smew::pgsession
