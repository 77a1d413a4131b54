// type_of_oid(): PostgreSQL's OIDs of types (src/include/catalog/pg_type.dat, PostgreSQL 15) as DuckDB's types.
#include "engine/type_map.hpp"

#include <algorithm>
#include <array>

namespace smew::engine {
namespace {

using Id = duckdb::LogicalTypeId;

struct OidMapping {
    std::uint32_t oid;
    std::uint32_t array_oid;
    Id id;
};

// json and jsonb are apart: DuckDB's JSON is a text with an alias. numeric is apart too: it has no width of its own.
constexpr std::array kOids = {
    OidMapping{16, 1000, Id::BOOLEAN},         // bool
    OidMapping{17, 1001, Id::BLOB},            // bytea
    OidMapping{18, 1002, Id::VARCHAR},         // "char"
    OidMapping{19, 1003, Id::VARCHAR},         // name
    OidMapping{20, 1016, Id::BIGINT},          // int8
    OidMapping{21, 1005, Id::SMALLINT},        // int2
    OidMapping{23, 1007, Id::INTEGER},         // int4
    OidMapping{25, 1009, Id::VARCHAR},         // text
    OidMapping{26, 1028, Id::BIGINT},          // oid: unsigned 32 bits
    OidMapping{700, 1021, Id::FLOAT},          // float4
    OidMapping{701, 1022, Id::DOUBLE},         // float8
    OidMapping{1042, 1014, Id::VARCHAR},       // bpchar
    OidMapping{1043, 1015, Id::VARCHAR},       // varchar
    OidMapping{1082, 1182, Id::DATE},          // date
    OidMapping{1083, 1183, Id::TIME},          // time
    OidMapping{1114, 1115, Id::TIMESTAMP},     // timestamp
    OidMapping{1184, 1185, Id::TIMESTAMP_TZ},  // timestamptz
    OidMapping{1186, 1187, Id::INTERVAL},      // interval
    OidMapping{1266, 1270, Id::TIME_TZ},       // timetz
    OidMapping{1560, 1561, Id::BIT},           // bit
    OidMapping{1562, 1563, Id::BIT},           // varbit
    OidMapping{2950, 2951, Id::UUID},          // uuid
};

constexpr std::uint32_t kJson = 114, kJsonArray = 199, kJsonb = 3802, kJsonbArray = 3807;
constexpr std::uint32_t kNumeric = 1700, kNumericArray = 1231;

// A client's numeric has as many digits as it likes; 26 before the point and 12 behind hold what is met in practice,
// and no comparison rounds it to the scale of the column it is compared with.
duckdb::LogicalType numeric() {
    return duckdb::LogicalType::DECIMAL(38, 12);
}

}  // namespace

duckdb::LogicalType type_of_oid(std::uint32_t oid) {
    using duckdb::LogicalType;
    if (oid == kJson || oid == kJsonb) return LogicalType::JSON();
    if (oid == kJsonArray || oid == kJsonbArray) return LogicalType::LIST(LogicalType::JSON());
    if (oid == kNumeric) return numeric();
    if (oid == kNumericArray) return LogicalType::LIST(numeric());
    for (const OidMapping& mapping : kOids) {
        if (mapping.oid == oid) return LogicalType(mapping.id);
        if (mapping.array_oid == oid) return LogicalType::LIST(LogicalType(mapping.id));
    }
    return LogicalType(Id::UNKNOWN);
}

}  // namespace smew::engine
