#include "engine/type_map.hpp"

#include "engine/type_names.hpp"

#include <duckdb/common/extra_type_info.hpp>

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

using Id = duckdb::LogicalTypeId;

struct Mapping {
    Id id;
    TypeId ours;
    const char* postgres;
};

constexpr std::array kMappings = {
    Mapping{Id::SQLNULL, TypeId::kNull, "text"},
    Mapping{Id::UNKNOWN, TypeId::kUnknown, "unknown"},
    Mapping{Id::BOOLEAN, TypeId::kBoolean, "boolean"},
    Mapping{Id::TINYINT, TypeId::kTinyInt, "tinyint"},
    Mapping{Id::SMALLINT, TypeId::kSmallInt, "smallint"},
    Mapping{Id::INTEGER, TypeId::kInteger, "integer"},
    Mapping{Id::BIGINT, TypeId::kBigInt, "bigint"},
    Mapping{Id::UTINYINT, TypeId::kUTinyInt, "utinyint"},
    Mapping{Id::USMALLINT, TypeId::kUSmallInt, "usmallint"},
    Mapping{Id::UINTEGER, TypeId::kUInteger, "uinteger"},
    Mapping{Id::UBIGINT, TypeId::kUBigInt, "ubigint"},
    Mapping{Id::HUGEINT, TypeId::kHugeInt, "hugeint"},
    Mapping{Id::UHUGEINT, TypeId::kUHugeInt, "uhugeint"},
    Mapping{Id::FLOAT, TypeId::kFloat, "real"},
    Mapping{Id::DOUBLE, TypeId::kDouble, "double precision"},
    Mapping{Id::DECIMAL, TypeId::kDecimal, "numeric"},
    Mapping{Id::VARCHAR, TypeId::kVarchar, "text"},
    Mapping{Id::CHAR, TypeId::kVarchar, "text"},
    Mapping{Id::BLOB, TypeId::kBlob, "bytea"},
    Mapping{Id::BIT, TypeId::kBit, "bit varying"},
    Mapping{Id::DATE, TypeId::kDate, "date"},
    Mapping{Id::TIME, TypeId::kTime, "time"},
    Mapping{Id::TIME_TZ, TypeId::kTimeTz, "time with time zone"},
    Mapping{Id::TIME_NS, TypeId::kTimeNs, "time"},
    Mapping{Id::TIMESTAMP, TypeId::kTimestamp, "timestamp"},
    Mapping{Id::TIMESTAMP_SEC, TypeId::kTimestampSec, "timestamp"},
    Mapping{Id::TIMESTAMP_MS, TypeId::kTimestampMs, "timestamp"},
    Mapping{Id::TIMESTAMP_NS, TypeId::kTimestampNs, "timestamp"},
    Mapping{Id::TIMESTAMP_TZ, TypeId::kTimestampTz, "timestamp with time zone"},
    Mapping{Id::INTERVAL, TypeId::kInterval, "interval"},
    Mapping{Id::UUID, TypeId::kUuid, "uuid"},
    Mapping{Id::ENUM, TypeId::kEnum, "enum"},
    Mapping{Id::LIST, TypeId::kList, "array"},
    Mapping{Id::ARRAY, TypeId::kArray, "array"},
    Mapping{Id::STRUCT, TypeId::kStruct, "record"},
    Mapping{Id::MAP, TypeId::kMap, "json"},
    Mapping{Id::UNION, TypeId::kUnion, "json"},
    Mapping{Id::VARIANT, TypeId::kVariant, "json"},
    Mapping{Id::BIGNUM, TypeId::kBigNum, "numeric"},
    Mapping{Id::GEOMETRY, TypeId::kGeometry, "text"},
};

const Mapping* mapping_of(Id id) {
    const auto* found =
        std::find_if(kMappings.begin(), kMappings.end(), [&](const Mapping& mapping) { return mapping.id == id; });
    return found == kMappings.end() ? nullptr : found;
}

// An object's name is known at the top of a column only; inside lists and the like its text stands for it.
Type describe_inside(const duckdb::LogicalType& type) {
    Type out = describe(type);
    if (is_object_reference(type)) {
        out.id = TypeId::kVarchar;
        out.children.clear();
    }
    return out;
}

void describe_children(const duckdb::LogicalType& type, Type& out) {
    switch (type.id()) {
        case Id::DECIMAL:
            out.width = duckdb::DecimalType::GetWidth(type);
            out.scale = duckdb::DecimalType::GetScale(type);
            break;
        case Id::ENUM:
            for (duckdb::idx_t i = 0; i < duckdb::EnumType::GetSize(type); ++i) {
                out.enum_values.push_back(duckdb::EnumType::GetString(type, i).GetString());
            }
            break;
        case Id::LIST:
            out.children.push_back(describe_inside(duckdb::ListType::GetChildType(type)));
            break;
        case Id::MAP:
            out.children.push_back(describe_inside(duckdb::ListType::GetChildType(type)));
            break;
        case Id::ARRAY:
            out.array_size = duckdb::ArrayType::GetSize(type);
            out.children.push_back(describe_inside(duckdb::ArrayType::GetChildType(type)));
            break;
        case Id::STRUCT:
            for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
                out.field_names.push_back(duckdb::StructType::IsUnnamed(type) ? std::string() : name);
                out.children.push_back(describe_inside(child));
            }
            break;
        case Id::UNION:
            for (duckdb::idx_t i = 0; i < duckdb::UnionType::GetMemberCount(type); ++i) {
                out.field_names.push_back(duckdb::UnionType::GetMemberName(type, i));
                out.children.push_back(describe_inside(duckdb::UnionType::GetMemberType(type, i)));
            }
            break;
        default:
            break;
    }
}

duckdb::LogicalType readable_inside(const duckdb::LogicalType& type) {
    return is_object_reference(type) ? duckdb::LogicalType(duckdb::LogicalType::VARCHAR) : readable_type(type);
}

duckdb::child_list_t<duckdb::LogicalType> readable_fields(duckdb::child_list_t<duckdb::LogicalType> fields) {
    for (auto& [name, type] : fields) type = readable_inside(type);
    return fields;
}

}  // namespace

Type describe(const duckdb::LogicalType& type) {
    Type out;
    const Mapping* mapping = mapping_of(type.id());
    out.id = mapping == nullptr ? TypeId::kOther : mapping->ours;
    out.alias = type.HasAlias() ? type.GetAlias() : std::string();
    out.text = type.ToString();
    describe_children(type, out);
    if (is_object_reference(type)) out.children.push_back(describe(duckdb::LogicalType::VARCHAR));
    return out;
}

duckdb::LogicalType readable_type(const duckdb::LogicalType& type) {
    using duckdb::LogicalType;
    switch (type.id()) {
        case Id::VARIANT:
            return LogicalType::JSON();
        case Id::BIGNUM:
        case Id::GEOMETRY:
            return LogicalType::VARCHAR;
        case Id::LIST:
            return LogicalType::LIST(readable_inside(duckdb::ListType::GetChildType(type)));
        case Id::ARRAY:
            return LogicalType::ARRAY(readable_inside(duckdb::ArrayType::GetChildType(type)),
                                      duckdb::ArrayType::GetSize(type));
        case Id::MAP:
            return LogicalType::MAP(readable_inside(duckdb::MapType::KeyType(type)),
                                    readable_inside(duckdb::MapType::ValueType(type)));
        case Id::STRUCT:
            return LogicalType::STRUCT(readable_fields(duckdb::StructType::GetChildTypes(type)));
        case Id::UNION:
            return LogicalType::UNION(readable_fields(duckdb::UnionType::CopyMemberTypes(type)));
        default:
            return mapping_of(type.id()) == nullptr ? LogicalType(LogicalType::VARCHAR) : type;
    }
}

std::string postgres_name(const duckdb::LogicalType& type) {
    if (type.IsJSONType()) return "json";
    if (type.id() == Id::LIST) return postgres_name(duckdb::ListType::GetChildType(type)) + "[]";
    if (type.HasAlias()) return type.GetAlias();
    const Mapping* mapping = mapping_of(type.id());
    return mapping == nullptr ? type.ToString() : mapping->postgres;
}

}  // namespace smew::engine
