#include "engine/postgres_types.hpp"

#include "pgcatalog/builtin_types.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace smew::engine {
namespace {

constexpr std::uint32_t kText = 25, kJson = 114, kNumeric = 1700;

struct Scalar {
    TypeId id;
    std::uint32_t oid;
};
constexpr std::array kScalars{
    Scalar{TypeId::kBoolean, 16},        Scalar{TypeId::kTinyInt, 21},        Scalar{TypeId::kSmallInt, 21},
    Scalar{TypeId::kInteger, 23},        Scalar{TypeId::kBigInt, 20},         Scalar{TypeId::kUTinyInt, 21},
    Scalar{TypeId::kUSmallInt, 23},      Scalar{TypeId::kUInteger, 20},       Scalar{TypeId::kUBigInt, kNumeric},
    Scalar{TypeId::kHugeInt, kNumeric},  Scalar{TypeId::kUHugeInt, kNumeric}, Scalar{TypeId::kBigNum, kNumeric},
    Scalar{TypeId::kDecimal, kNumeric},  Scalar{TypeId::kFloat, 700},         Scalar{TypeId::kDouble, 701},
    Scalar{TypeId::kVarchar, kText},     Scalar{TypeId::kEnum, kText},        Scalar{TypeId::kBlob, 17},
    Scalar{TypeId::kBit, 1562},          Scalar{TypeId::kDate, 1082},         Scalar{TypeId::kTime, 1083},
    Scalar{TypeId::kTimeNs, 1083},       Scalar{TypeId::kTimeTz, 1266},       Scalar{TypeId::kTimestamp, 1114},
    Scalar{TypeId::kTimestampSec, 1114}, Scalar{TypeId::kTimestampMs, 1114},  Scalar{TypeId::kTimestampNs, 1114},
    Scalar{TypeId::kTimestampTz, 1184},  Scalar{TypeId::kInterval, 1186},     Scalar{TypeId::kUuid, 2950},
    Scalar{TypeId::kGeometry, kText},    Scalar{TypeId::kNull, kText},        Scalar{TypeId::kUnknown, kText},
    Scalar{TypeId::kOther, kText},       Scalar{TypeId::kVariant, kJson},
};

// Types of the catalogs: the engine's type with PostgreSQL's name for it as alias. A user's type of that name over
// another base stays what it is.
struct Alias {
    TypeId id;
    std::string_view name;
};
constexpr auto kAliases = std::to_array<Alias>(
    {{TypeId::kBigInt, "oid"},           {TypeId::kBigInt, "regclass"},      {TypeId::kBigInt, "regcollation"},
     {TypeId::kBigInt, "regconfig"},     {TypeId::kBigInt, "regdictionary"}, {TypeId::kBigInt, "regnamespace"},
     {TypeId::kBigInt, "regoper"},       {TypeId::kBigInt, "regoperator"},   {TypeId::kBigInt, "regproc"},
     {TypeId::kBigInt, "regprocedure"},  {TypeId::kBigInt, "regrole"},       {TypeId::kBigInt, "regtype"},
     {TypeId::kBigInt, "xid"},           {TypeId::kBigInt, "cid"},           {TypeId::kUBigInt, "xid8"},
     {TypeId::kVarchar, "name"},         {TypeId::kVarchar, "char"},         {TypeId::kVarchar, "inet"},
     {TypeId::kVarchar, "cidr"},         {TypeId::kVarchar, "macaddr"},      {TypeId::kVarchar, "macaddr8"},
     {TypeId::kVarchar, "pg_node_tree"}, {TypeId::kVarchar, "aclitem"},      {TypeId::kVarchar, "anyarray"},
     {TypeId::kVarchar, "pg_lsn"},       {TypeId::kVarchar, "refcursor"},    {TypeId::kBigInt, "tid"},
     {TypeId::kVarchar, "void"},         {TypeId::kList, "int2vector"},      {TypeId::kList, "oidvector"}});

bool is_json(const Type& type) {
    return type.id == TypeId::kVarchar && type.alias == "JSON";
}

const pgcatalog::BuiltinType* aliased(const Type& type) {
    if (type.alias.empty()) return nullptr;
    // Inside lists an object is its name already.
    const bool named_object = type.id == TypeId::kVarchar && type.alias.starts_with("reg");
    const bool known = std::ranges::any_of(kAliases, [&](const Alias& alias) {
        return alias.name == type.alias && (alias.id == type.id || named_object);
    });
    return known ? pgcatalog::builtin_type(type.alias) : nullptr;
}

// Precision and scale behind the header's four bytes. A numeric that was declared without them is a DECIMAL(38,10)
// inside.
std::int32_t numeric_modifier(const Type& type) {
    if (type.width == 38 && type.scale == 10) return -1;
    return ((static_cast<std::int32_t>(type.width) << 16) | type.scale) + 4;
}

PostgresType array_of(const Type& leaf) {
    const PostgresType element = postgres_type(leaf);
    const auto* builtin = leaf.id == TypeId::kList ? nullptr : pgcatalog::builtin_type(element.oid);
    if (builtin == nullptr || builtin->array == 0) return {kJson};
    // A list of what is json for want of a type is json itself; a list of JSON texts is json[].
    if (element.oid == kJson && !is_json(leaf) && leaf.id != TypeId::kVariant) return {kJson};
    return {builtin->array, element.modifier};
}

}  // namespace

const Type& array_leaf(const Type& type) {
    const Type* leaf = &type.children.front();
    while (leaf->id == TypeId::kArray) leaf = &leaf->children.front();
    return *leaf;
}

PostgresType postgres_type(const Type& type) {
    if (is_json(type)) return {kJson};
    if (const auto* builtin = aliased(type)) return {builtin->oid};
    if (type.id == TypeId::kDecimal) return {kNumeric, numeric_modifier(type)};
    if (type.id == TypeId::kList || type.id == TypeId::kArray) {
        return type.children.empty() ? PostgresType{kJson} : array_of(array_leaf(type));
    }
    const auto found = std::ranges::find(kScalars, type.id, &Scalar::id);
    return {found == kScalars.end() ? kJson : found->oid};
}

}  // namespace smew::engine
