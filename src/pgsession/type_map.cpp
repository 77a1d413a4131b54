#include "pgsession/type_map.hpp"

#include "engine/postgres_types.hpp"
#include "pgcatalog/builtin_types.hpp"
#include "pgproto/oids.hpp"
#include "sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace smew::pgsession {
namespace {

namespace oid = pgproto::oid;
using engine::Type;
using engine::TypeId;

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

constexpr WireType kJsonWireType{WireShape::kJson, oid::kJson, -1, -1};

bool is_nested(const Type& type) {
    return type.id == TypeId::kStruct || type.id == TypeId::kMap || type.id == TypeId::kUnion;
}

}  // namespace

bool is_row_position(const Type& type) {
    return type.id == TypeId::kBigInt && type.alias == "tid";
}

bool is_json_text(const Type& type) {
    return type.id == TypeId::kVarchar && sql::equal_ignoring_case(type.alias, "JSON");
}

WireType wire_type_of(const Type& type) {
    const engine::PostgresType postgres = engine::postgres_type(type);
    const bool list = type.id == TypeId::kList || type.id == TypeId::kArray;
    if (is_nested(type) || (list && postgres.oid == oid::kJson)) return kJsonWireType;
    const auto* builtin = pgcatalog::builtin_type(postgres.oid);
    return {list ? WireShape::kArray : WireShape::kScalar, postgres.oid,
            builtin == nullptr ? std::int16_t{-1} : builtin->length, postgres.modifier};
}

std::uint32_t array_oid_of(std::uint32_t element_oid) {
    const auto* element = pgcatalog::builtin_type(element_oid);
    return element == nullptr ? 0 : element->array;
}

std::uint32_t element_oid_of(std::uint32_t array_oid) {
    const auto* array = pgcatalog::builtin_type(array_oid);
    return array == nullptr || array->category != 'A' ? 0 : array->element;
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
