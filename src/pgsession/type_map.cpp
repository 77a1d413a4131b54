#include "pgsession/type_map.hpp"

#include "pgcatalog/types.hpp"
#include "pgproto/oids.hpp"
#include "pgsession/value_encoder.hpp"
#include "sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace smew::pgsession {
namespace {

namespace oid = pgproto::oid;
using engine::Type;
using engine::TypeId;

struct ScalarRow {
    TypeId id;
    std::uint32_t oid;
    std::int16_t size;
};
constexpr std::array kScalars{
    ScalarRow{TypeId::kBoolean, oid::kBool, 1},
    ScalarRow{TypeId::kTinyInt, oid::kInt2, 2},
    ScalarRow{TypeId::kSmallInt, oid::kInt2, 2},
    ScalarRow{TypeId::kInteger, oid::kInt4, 4},
    ScalarRow{TypeId::kBigInt, oid::kInt8, 8},
    ScalarRow{TypeId::kUTinyInt, oid::kInt2, 2},
    ScalarRow{TypeId::kUSmallInt, oid::kInt4, 4},
    ScalarRow{TypeId::kUInteger, oid::kInt8, 8},
    ScalarRow{TypeId::kUBigInt, oid::kNumeric, -1},
    ScalarRow{TypeId::kHugeInt, oid::kNumeric, -1},
    ScalarRow{TypeId::kUHugeInt, oid::kNumeric, -1},
    ScalarRow{TypeId::kBigNum, oid::kNumeric, -1},
    ScalarRow{TypeId::kDecimal, oid::kNumeric, -1},
    ScalarRow{TypeId::kFloat, oid::kFloat4, 4},
    ScalarRow{TypeId::kDouble, oid::kFloat8, 8},
    ScalarRow{TypeId::kVarchar, oid::kText, -1},
    ScalarRow{TypeId::kEnum, oid::kText, -1},
    ScalarRow{TypeId::kBlob, oid::kBytea, -1},
    ScalarRow{TypeId::kBit, oid::kVarbit, -1},
    ScalarRow{TypeId::kDate, oid::kDate, 4},
    ScalarRow{TypeId::kTime, oid::kTime, 8},
    ScalarRow{TypeId::kTimeNs, oid::kTime, 8},
    ScalarRow{TypeId::kTimeTz, oid::kTimetz, 12},
    ScalarRow{TypeId::kTimestamp, oid::kTimestamp, 8},
    ScalarRow{TypeId::kTimestampSec, oid::kTimestamp, 8},
    ScalarRow{TypeId::kTimestampMs, oid::kTimestamp, 8},
    ScalarRow{TypeId::kTimestampNs, oid::kTimestamp, 8},
    ScalarRow{TypeId::kTimestampTz, oid::kTimestamptz, 8},
    ScalarRow{TypeId::kInterval, oid::kInterval, 16},
    ScalarRow{TypeId::kUuid, oid::kUuid, 16},
    ScalarRow{TypeId::kGeometry, oid::kText, -1},
    ScalarRow{TypeId::kNull, oid::kText, -1},
    ScalarRow{TypeId::kUnknown, oid::kText, -1},
    ScalarRow{TypeId::kOther, oid::kText, -1},
};

struct NamedRow {
    std::uint32_t oid, array_oid;
    TypeId id;  // for parameters
    std::array<std::string_view, 4> names;
};
constexpr std::array kNamed{
    NamedRow{oid::kBool, oid::kBoolArray, TypeId::kBoolean, {"bool", "boolean"}},
    NamedRow{oid::kBytea, oid::kByteaArray, TypeId::kBlob, {"bytea", "blob"}},
    NamedRow{oid::kInt2, oid::kInt2Array, TypeId::kSmallInt, {"int2", "smallint"}},
    NamedRow{oid::kInt4, oid::kInt4Array, TypeId::kInteger, {"int4", "integer", "int"}},
    NamedRow{oid::kInt8, oid::kInt8Array, TypeId::kBigInt, {"int8", "bigint"}},
    NamedRow{oid::kOid, oid::kOidArray, TypeId::kBigInt, {"oid"}},
    NamedRow{oid::kFloat4, oid::kFloat4Array, TypeId::kFloat, {"float4", "real"}},
    NamedRow{oid::kFloat8, oid::kFloat8Array, TypeId::kDouble, {"float8", "double precision", "double", "float"}},
    NamedRow{oid::kNumeric, oid::kNumericArray, TypeId::kVarchar, {"numeric", "decimal"}},
    NamedRow{oid::kText, oid::kTextArray, TypeId::kVarchar, {"text"}},
    NamedRow{oid::kVarchar, oid::kVarcharArray, TypeId::kVarchar, {"varchar", "character varying"}},
    NamedRow{oid::kBpchar, 1014, TypeId::kVarchar, {"char", "character", "bpchar"}},
    NamedRow{oid::kName, 1003, TypeId::kVarchar, {"name"}},
    NamedRow{oid::kDate, oid::kDateArray, TypeId::kDate, {"date"}},
    NamedRow{oid::kTime, oid::kTimeArray, TypeId::kTime, {"time", "time without time zone"}},
    NamedRow{oid::kTimetz, oid::kTimetzArray, TypeId::kVarchar, {"timetz", "time with time zone"}},
    NamedRow{oid::kTimestamp, oid::kTimestampArray, TypeId::kTimestamp, {"timestamp", "timestamp without time zone"}},
    NamedRow{
        oid::kTimestamptz, oid::kTimestamptzArray, TypeId::kTimestampTz, {"timestamptz", "timestamp with time zone"}},
    NamedRow{oid::kInterval, oid::kIntervalArray, TypeId::kInterval, {"interval"}},
    NamedRow{oid::kUuid, oid::kUuidArray, TypeId::kUuid, {"uuid"}},
    NamedRow{oid::kVarbit, oid::kVarbitArray, TypeId::kVarchar, {"varbit", "bit varying"}},
    NamedRow{oid::kBit, 1561, TypeId::kVarchar, {"bit"}},
    NamedRow{oid::kJson, oid::kJsonArray, TypeId::kVarchar, {"json"}},
    NamedRow{oid::kJsonb, oid::kJsonbArray, TypeId::kVarchar, {"jsonb"}},
};

ScalarRow scalar_row(TypeId id) {
    const auto found = std::ranges::find(kScalars, id, &ScalarRow::id);
    return found == kScalars.end() ? ScalarRow{id, 0, -1} : *found;
}

// What is a text or a number to the engine and a type of its own to PostgreSQL: json, name, oid, regclass.
const pgcatalog::BuiltinType* aliased_type(const Type& type) {
    const bool may_be = type.id == TypeId::kBigInt || type.id == TypeId::kUBigInt || type.id == TypeId::kVarchar;
    return may_be && !type.alias.empty() ? pgcatalog::find_type_named(type.alias) : nullptr;
}

std::uint32_t scalar_oid(const Type& type) {
    if (const auto* aliased = aliased_type(type)) return aliased->oid;
    if (is_json_text(type) || type.id == TypeId::kVariant) return oid::kJson;
    return scalar_row(type.id).oid;
}

std::int16_t size_of(const Type& type) {
    if (aliased_type(type) == nullptr) return scalar_row(type.id).size;
    if (type.id == TypeId::kBigInt) return 4;
    return type.alias == "name" ? 64 : scalar_row(type.id).size;
}

constexpr WireType kJsonWireType{WireShape::kJson, oid::kJson, -1, -1};
// numeric's modifier: precision and scale behind the header's four bytes.
std::int32_t numeric_modifier(const Type& type) {
    if (is_bare_numeric(type)) return -1;
    return ((static_cast<std::int32_t>(type.width) << 16) | type.scale) + 4;
}

WireType array_wire_type(const Type& type) {
    const Type& leaf = array_leaf(type);
    const std::uint32_t element = scalar_oid(leaf);
    const std::uint32_t array = element == 0 ? 0 : array_oid_of(element);
    if (array == 0) return kJsonWireType;
    return {WireShape::kArray, array, -1, leaf.id == TypeId::kDecimal ? numeric_modifier(leaf) : -1};
}

}  // namespace

bool is_json_text(const Type& type) {
    return type.id == TypeId::kVarchar && sql::equal_ignoring_case(type.alias, "JSON");
}

const Type& array_leaf(const Type& type) {
    const Type* leaf = &type.children.front();
    while (leaf->id == TypeId::kArray) leaf = &leaf->children.front();
    return *leaf;
}

WireType wire_type_of(const Type& type) {
    switch (type.id) {
        case TypeId::kList:
        case TypeId::kArray:
            return type.children.empty() ? kJsonWireType : array_wire_type(type);
        case TypeId::kStruct:
        case TypeId::kMap:
        case TypeId::kUnion:
            return kJsonWireType;
        case TypeId::kDecimal:
            return {WireShape::kScalar, oid::kNumeric, -1, numeric_modifier(type)};
        default:
            return {WireShape::kScalar, scalar_oid(type), size_of(type), -1};
    }
}

std::uint32_t array_oid_of(std::uint32_t element_oid) {
    const auto* found = pgcatalog::find_type(element_oid);
    return found == nullptr ? 0 : found->array_oid;
}

std::uint32_t element_oid_of(std::uint32_t array_oid) {
    const auto* found = pgcatalog::find_type_of_array(array_oid);
    return found == nullptr ? 0 : found->oid;
}

std::optional<std::uint32_t> oid_of_type_name(std::string_view name) {
    const bool array = name.ends_with("[]");
    if (array) name.remove_suffix(2);
    for (const NamedRow& row : kNamed) {
        const bool named = std::ranges::any_of(
            row.names, [&](std::string_view known) { return !known.empty() && sql::equal_ignoring_case(known, name); });
        if (named) return array ? row.array_oid : row.oid;
    }
    return std::nullopt;
}

Type engine_type_of(std::uint32_t wanted) {
    const std::uint32_t element = element_oid_of(wanted);
    Type type;
    type.id = TypeId::kVarchar;
    if (element != 0) {
        type.id = TypeId::kList;
        type.children.push_back(engine_type_of(element));
        return type;
    }
    const auto found = std::ranges::find(kNamed, wanted, &NamedRow::oid);
    if (found != kNamed.end()) type.id = found->id;
    return type;
}

}  // namespace smew::pgsession
