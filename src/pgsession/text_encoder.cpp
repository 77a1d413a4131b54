#include "engine/row_position.hpp"
#include "pgsession/time_text.hpp"
#include "pgsession/type_map.hpp"
#include "pgsession/value_encoder.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

using engine::ColumnView;
using engine::StringRef;
using engine::TypeId;

Octet* boolean_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    *out = column.at<std::uint8_t>(row) != 0 ? 't' : 'f';
    return out + 1;
}

template <class T>
Octet* integer_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    if constexpr (std::is_signed_v<T>) return write_int(out, column.at<T>(row));
    return write_uint(out, static_cast<std::uint64_t>(column.at<T>(row)));
}

Octet* hugeint_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return write_int128(out, to_int128(column.at<engine::HugeInt>(row)));
}
Octet* uhugeint_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return write_uint128(out, to_uint128(column.at<engine::UHugeInt>(row)));
}

template <class T>
Octet* decimal_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    if constexpr (std::is_same_v<T, engine::HugeInt>) {
        return write_decimal(out, to_int128(column.at<T>(row)), column.type->scale);
    } else {
        return write_decimal(out, static_cast<std::int64_t>(column.at<T>(row)), column.type->scale);
    }
}

Octet* bare_numeric_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const Decimal shown = without_trailing_zeros({decimal_value(column, row), column.type->scale});
    return write_decimal(out, shown.value, shown.scale);
}

Octet* float_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    return write_float(out, column.at<float>(row), format.extra_float_digits);
}
Octet* double_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    return write_double(out, column.at<double>(row), format.extra_float_digits);
}

Octet* varchar_text(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put_text(sink, out, column.at<StringRef>(row).view());
}
// A number that stands for an object is shown by the object's name.
Octet* object_text(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put_text(sink, out, column.children.front().at<StringRef>(row).view());
}
constexpr std::uint32_t kPositionTextMax = sizeof "(4294967295,65535)";
Octet* position_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const engine::RowPosition position = engine::position_of(column.at<std::int64_t>(row));
    *out++ = '(';
    out = write_uint(out, position.block);
    *out++ = ',';
    out = write_uint(out, position.offset);
    *out++ = ')';
    return out;
}
Octet* enum_text(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put_text(sink, out, enum_value(column, row));
}

Octet* bytea_hex(RowSink& sink, Octet* out, std::string_view bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out = sink.reserve(out, 2 + 2 * bytes.size());
    *out++ = '\\';
    *out++ = 'x';
    for (const char c : bytes) {
        *out++ = static_cast<Octet>(kHex[static_cast<unsigned char>(c) >> 4]);
        *out++ = static_cast<Octet>(kHex[static_cast<unsigned char>(c) & 0xFU]);
    }
    return out;
}

Octet* bytea_escaped(RowSink& sink, Octet* out, std::string_view bytes) {
    out = sink.reserve(out, 4 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '\\') {
            *out++ = '\\';
            *out++ = '\\';
        } else if (byte < 0x20 || byte > 0x7E) {
            *out++ = '\\';
            *out++ = static_cast<Octet>('0' + (byte >> 6));
            *out++ = static_cast<Octet>('0' + ((byte >> 3) & 7U));
            *out++ = static_cast<Octet>('0' + (byte & 7U));
        } else {
            *out++ = byte;
        }
    }
    return out;
}

Octet* blob_text(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    const std::string_view bytes = column.at<StringRef>(row).view();
    return format.bytea_escape ? bytea_escaped(sink, out, bytes) : bytea_hex(sink, out, bytes);
}

// The first byte tells how many bits of the second are padding.
Octet* bit_text(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const StringRef& ref = column.at<StringRef>(row);
    const std::string_view bytes = ref.view();
    if (bytes.size() < 2) return out;
    const std::size_t padding = std::min<std::size_t>(static_cast<unsigned char>(bytes.front()), 7);
    const std::size_t end = (bytes.size() - 1) * 8;
    out = sink.reserve(out, end);
    for (std::size_t bit = padding; bit < end; ++bit) {
        const auto byte = static_cast<unsigned char>(bytes[1 + bit / 8]);
        *out++ = static_cast<Octet>('0' + ((byte >> (7 - bit % 8)) & 1U));
    }
    return out;
}

Octet* date_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return write_date(out, column.at<std::int32_t>(row));
}
template <std::int64_t units_per_micro>
Octet* time_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return write_time(out, column.at<std::int64_t>(row) / units_per_micro);
}
Octet* time_tz_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return write_time_tz(out, column.at<std::uint64_t>(row));
}
template <TypeId id>
Octet* timestamp_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return write_timestamp(out, timestamp_micros(id, column.at<std::int64_t>(row)));
}
Octet* timestamp_tz_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    return write_timestamp_tz(out, column.at<std::int64_t>(row), *format.zone);
}
Octet* interval_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return write_interval(out, column.at<engine::Interval>(row));
}

Octet* uuid_text(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto& value = column.at<engine::HugeInt>(row);
    const std::uint64_t upper = static_cast<std::uint64_t>(value.upper) ^ (1ULL << 63);
    for (unsigned digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) *out++ = '-';
        const std::uint64_t half = digit < 16 ? upper : value.lower;
        *out++ = static_cast<Octet>(kHex[(half >> (60 - 4 * (digit % 16))) & 0xFU]);
    }
    return out;
}

ValueEncoder decimal_encoder(const engine::Type& type) {
    constexpr auto kBound = static_cast<std::uint32_t>(kDecimalTextMax);
    if (is_bare_numeric(type)) return {bare_numeric_text, kBound};
    if (type.width <= 4) return {decimal_text<std::int16_t>, kBound};
    if (type.width <= 9) return {decimal_text<std::int32_t>, kBound};
    if (type.width <= 18) return {decimal_text<std::int64_t>, kBound};
    return {decimal_text<engine::HugeInt>, kBound};
}

}  // namespace

ValueEncoder text_encoder_for(const engine::Type& type) {
    constexpr auto kTime = static_cast<std::uint32_t>(kTimeTextMax);
    switch (type.id) {
        case TypeId::kBoolean:
            return {boolean_text, 1};
        case TypeId::kTinyInt:
            return {integer_text<std::int8_t>, kInt64TextMax};
        case TypeId::kSmallInt:
            return {integer_text<std::int16_t>, kInt64TextMax};
        case TypeId::kInteger:
            return {integer_text<std::int32_t>, kInt64TextMax};
        case TypeId::kBigInt:
            if (!type.children.empty()) return {object_text, 0};
            if (is_row_position(type)) return {position_text, kPositionTextMax};
            return {integer_text<std::int64_t>, kInt64TextMax};
        case TypeId::kUTinyInt:
            return {integer_text<std::uint8_t>, kInt64TextMax};
        case TypeId::kUSmallInt:
            return {integer_text<std::uint16_t>, kInt64TextMax};
        case TypeId::kUInteger:
            return {integer_text<std::uint32_t>, kInt64TextMax};
        case TypeId::kUBigInt:
            return {integer_text<std::uint64_t>, kInt64TextMax};
        case TypeId::kHugeInt:
            return {hugeint_text, kInt128TextMax};
        case TypeId::kUHugeInt:
            return {uhugeint_text, kInt128TextMax};
        case TypeId::kFloat:
            return {float_text, kFloatTextMax};
        case TypeId::kDouble:
            return {double_text, kFloatTextMax};
        case TypeId::kDecimal:
            return decimal_encoder(type);
        case TypeId::kBlob:
            return {blob_text, 0};
        case TypeId::kBit:
            return {bit_text, 0};
        case TypeId::kDate:
            return {date_text, kTime};
        case TypeId::kTime:
            return {time_text<1>, kTime};
        case TypeId::kTimeNs:
            return {time_text<1'000>, kTime};
        case TypeId::kTimeTz:
            return {time_tz_text, kTime};
        case TypeId::kTimestamp:
            return {timestamp_text<TypeId::kTimestamp>, kTime};
        case TypeId::kTimestampSec:
            return {timestamp_text<TypeId::kTimestampSec>, kTime};
        case TypeId::kTimestampMs:
            return {timestamp_text<TypeId::kTimestampMs>, kTime};
        case TypeId::kTimestampNs:
            return {timestamp_text<TypeId::kTimestampNs>, kTime};
        case TypeId::kTimestampTz:
            return {timestamp_tz_text, kTime};
        case TypeId::kInterval:
            return {interval_text, kIntervalTextMax};
        case TypeId::kUuid:
            return {uuid_text, 36};
        case TypeId::kEnum:
            return {enum_text, 0};
        case TypeId::kVarchar:
        case TypeId::kVariant:
        case TypeId::kBigNum:
        case TypeId::kGeometry:
        case TypeId::kUnknown:
        case TypeId::kOther:
            return {varchar_text, 0};
        case TypeId::kList:
        case TypeId::kArray:
            return {wire_type_of(type).shape == WireShape::kArray ? encode_array_text : encode_json, 0};
        case TypeId::kStruct:
        case TypeId::kMap:
        case TypeId::kUnion:
            return {encode_json, 0};
        case TypeId::kNull:
            break;
    }
    return {};
}

}  // namespace smew::pgsession
