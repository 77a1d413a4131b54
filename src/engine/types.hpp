#pragma once
// Column types and column-wise views of results, in the project's own words: no DuckDB type leaves this room.
// The memory layouts are DuckDB's own (1.5.5), so that a view costs nothing; engine/layout_check.cpp holds them equal.

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine {

enum class TypeId : std::uint8_t {
    kBoolean,  // std::uint8_t 0 or 1
    kTinyInt,
    kSmallInt,
    kInteger,
    kBigInt,  // std::int8_t … std::int64_t
    kUTinyInt,
    kUSmallInt,
    kUInteger,
    kUBigInt,
    kHugeInt,   // HugeInt
    kUHugeInt,  // UHugeInt
    kFloat,
    kDouble,
    kDecimal,    // width <= 4: int16, <= 9: int32, <= 18: int64, else HugeInt; value * 10^scale
    kVarchar,    // StringRef, UTF-8
    kBlob,       // StringRef
    kBit,        // StringRef: first byte: padding bits; the rest, big-endian
    kDate,       // int32 days since 1970-01-01; INT32_MAX infinity, -INT32_MAX -infinity
    kTime,       // int64 µs since midnight
    kTimeTz,     // uint64: upper 40 bits µs, lower 24 bits: (MAX_OFFSET - offset seconds), MAX_OFFSET = 16*3600-1
    kTimeNs,     // int64 ns since midnight
    kTimestamp,  // int64 µs since 1970; INT64_MAX infinity, -INT64_MAX -infinity
    kTimestampSec,
    kTimestampMs,
    kTimestampNs,  // int64 in that unit
    kTimestampTz,  // int64 µs since 1970 UTC
    kInterval,     // Interval
    kUuid,         // HugeInt with the top bit flipped
    kEnum,         // uint8, uint16 or uint32 index into Type::enum_values, by their number (<=255, <=65535)
    kList,         // ListEntry; child[0]: the elements
    kArray,        // child[0]: array_size elements a row
    kStruct,       // children: the fields; as row() unnamed fields have empty names
    kMap,          // ListEntry; child[0]: a struct of key and value
    kUnion,        // children[0]: the tag (uint8), then the members
    kVariant,      // given to the reader as text: the engine casts it to JSON
    kBigNum,       // given to the reader as text
    kGeometry,     // given to the reader as text (WKT)
    kNull,         // the type of a bare NULL: no data, every row NULL
    kUnknown,      // of a parameter: not inferred
    kOther,        // anything else: the engine casts it to VARCHAR before it is read
};

struct HugeInt {
    std::uint64_t lower;
    std::int64_t upper;
};
struct UHugeInt {
    std::uint64_t lower;
    std::uint64_t upper;
};
struct Interval {
    std::int32_t months;
    std::int32_t days;
    std::int64_t micros;
};
struct ListEntry {
    std::uint64_t offset;
    std::uint64_t length;
};

// 16 bytes: length, then up to 12 bytes inline, or a 4-byte prefix and a pointer.
struct StringRef {
    std::uint32_t length;
    std::array<char, 12> rest;

    std::string_view view() const {
        if (length <= 12) return {rest.data(), length};
        const char* pointer = nullptr;
        std::memcpy(&pointer, rest.data() + 4, sizeof pointer);
        return {pointer, length};
    }
};

struct Type {
    TypeId id = TypeId::kUnknown;
    std::uint8_t width = 0, scale = 0;     // kDecimal
    std::string alias;                     // "JSON", or a user's CREATE TYPE name; empty: none
    std::vector<std::string> enum_values;  // kEnum
    std::vector<std::string> field_names;  // kStruct, kUnion (its members)
    std::vector<Type> children;            // kList, kArray, kMap (one struct), kStruct, kUnion (its members)
    std::uint64_t array_size = 0;          // kArray
    std::string text;                      // DuckDB's own name for it, as "DECIMAL(12,2)" or "STRUCT(a INTEGER)[]"
};

// A flat column of one chunk. Row r is NULL when valid(r) is false; otherwise its value is at data + r * size.
struct ColumnView {
    const Type* type = nullptr;
    const void* data = nullptr;
    const std::uint64_t* validity = nullptr;  // bit r set: valid; nullptr: all valid
    std::vector<ColumnView> children;         // of nested types; children of lists are indexed by ListEntry

    bool valid(std::uint64_t row) const {
        return validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1U) != 0;
    }
    template <class T>
    const T& at(std::uint64_t row) const {
        return static_cast<const T*>(data)[row];
    }
};

// At most 2048 rows. Valid until the cursor's next call.
struct Chunk {
    std::uint64_t rows = 0;
    std::vector<ColumnView> columns;
};

}  // namespace smew::engine
