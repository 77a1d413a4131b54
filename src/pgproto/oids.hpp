#pragma once
// Object identifiers of PostgreSQL's built-in types. Source: PostgreSQL 15, src/include/catalog/pg_type.dat.

#include <cstdint>

namespace smew::pgproto::oid {

inline constexpr std::uint32_t kBool = 16, kBytea = 17, kChar = 18, kName = 19, kInt8 = 20, kInt2 = 21, kInt4 = 23,
                               kRegproc = 24, kText = 25, kOid = 26, kJson = 114, kXml = 142, kFloat4 = 700,
                               kFloat8 = 701, kUnknown = 705, kMoney = 790, kBpchar = 1042, kVarchar = 1043,
                               kDate = 1082, kTime = 1083, kTimestamp = 1114, kTimestamptz = 1184, kInterval = 1186,
                               kTimetz = 1266, kBit = 1560, kVarbit = 1562, kNumeric = 1700, kUuid = 2950,
                               kJsonb = 3802, kInt2Vector = 22, kOidVector = 30, kRegclass = 2205, kRegtype = 2206,
                               kVoid = 2278;
inline constexpr std::uint32_t kBoolArray = 1000, kByteaArray = 1001, kInt2Array = 1005, kInt4Array = 1007,
                               kTextArray = 1009, kVarcharArray = 1015, kInt8Array = 1016, kFloat4Array = 1021,
                               kFloat8Array = 1022, kOidArray = 1028, kTimestampArray = 1115, kDateArray = 1182,
                               kTimeArray = 1183, kTimestamptzArray = 1185, kIntervalArray = 1187, kNumericArray = 1231,
                               kTimetzArray = 1270, kVarbitArray = 1563, kUuidArray = 2951, kJsonArray = 199,
                               kJsonbArray = 3807;

}  // namespace smew::pgproto::oid
