#include "core/byte_io.hpp"
#include "engine/row_position.hpp"
#include "pgproto/oids.hpp"
#include "pgsession/calendar.hpp"
#include "pgsession/numeric_binary.hpp"
#include "pgsession/time_text.hpp"
#include "pgsession/type_map.hpp"
#include "pgsession/value_encoder.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace smew::pgsession {
namespace {

using engine::ColumnView;
using engine::StringRef;
using engine::TypeId;

constexpr std::int64_t kInfinity64 = std::numeric_limits<std::int64_t>::max();
constexpr std::int32_t kInfinity32 = std::numeric_limits<std::int32_t>::max();

template <class T>
Octet* put(Octet* out, T value) {
    const auto big = to_big_endian(static_cast<std::make_unsigned_t<T>>(value));
    std::memcpy(out, &big, sizeof big);
    return out + sizeof big;
}

Octet* boolean_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    *out = column.at<std::uint8_t>(row) != 0 ? 1 : 0;
    return out + 1;
}

template <class Stored, class Sent>
Octet* integer_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put(out, static_cast<Sent>(column.at<Stored>(row)));
}

Octet* float_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put(out, std::bit_cast<std::uint32_t>(column.at<float>(row)));
}
Octet* double_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put(out, std::bit_cast<std::uint64_t>(column.at<double>(row)));
}

Octet* decimal_text(Octet* out, const ColumnView& column, std::uint64_t row) {
    const Decimal decimal{decimal_value(column, row), column.type->scale};
    const Decimal shown = is_bare_numeric(*column.type) ? without_trailing_zeros(decimal) : decimal;
    return write_decimal(out, shown.value, shown.scale);
}

// Numerics go through their text: the decimal digits are what both forms are made of.
Octet* numeric_binary(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    Octet text[kDecimalTextMax];
    Octet* end = text;
    switch (column.type->id) {
        case TypeId::kUBigInt:
            end = write_uint(text, column.at<std::uint64_t>(row));
            break;
        case TypeId::kHugeInt:
            end = write_int128(text, to_int128(column.at<engine::HugeInt>(row)));
            break;
        case TypeId::kUHugeInt:
            end = write_uint128(text, to_uint128(column.at<engine::UHugeInt>(row)));
            break;
        case TypeId::kDecimal:
            end = decimal_text(text, column, row);
            break;
        default: {
            const std::string_view digits = column.at<StringRef>(row).view();
            return write_numeric_binary(sink.reserve(out, numeric_binary_max(digits.size())), digits);
        }
    }
    return write_numeric_binary(out, {reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text)});
}

Octet* bytes_binary(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put_text(sink, out, column.at<StringRef>(row).view());
}
Octet* enum_binary(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put_text(sink, out, enum_value(column, row));
}

Octet* position_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const engine::RowPosition position = engine::position_of(column.at<std::int64_t>(row));
    return put(put(out, static_cast<std::int32_t>(position.block)), static_cast<std::int16_t>(position.offset));
}

// "char": one byte, which is 0 where the text is empty, as in pg_attribute.attgenerated.
Octet* letter_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const std::string_view text = column.at<StringRef>(row).view();
    *out = text.empty() ? Octet{0} : static_cast<Octet>(text.front());
    return out + 1;
}

// DuckDB pads in front, PostgreSQL behind: the bits move to the left.
Octet* bit_binary(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const StringRef& ref = column.at<StringRef>(row);
    const std::string_view bytes = ref.view();
    if (bytes.size() < 2) return put(out = sink.reserve(out, 4), std::int32_t{0});
    const std::size_t padding = std::min<std::size_t>(static_cast<unsigned char>(bytes.front()), 7);
    const std::size_t count = bytes.size() - 1;
    out = put(sink.reserve(out, 4 + count), static_cast<std::int32_t>(count * 8 - padding));
    for (std::size_t i = 0; i < count; ++i) {
        const auto here = static_cast<unsigned char>(bytes[1 + i]);
        const auto next = i + 1 < count ? static_cast<unsigned char>(bytes[2 + i]) : 0U;
        *out++ = static_cast<Octet>(((here << padding) | (next >> (8 - padding))) & 0xFFU);
    }
    return out;
}

Octet* date_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const auto days = column.at<std::int32_t>(row);
    if (days == kInfinity32) return put(out, days);
    if (days == -kInfinity32) return put(out, std::numeric_limits<std::int32_t>::min());
    return put(out, days - kPostgresEpochDays);
}
template <std::int64_t units_per_micro>
Octet* time_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    return put(out, column.at<std::int64_t>(row) / units_per_micro);
}
// The zone is counted in seconds west of UTC.
Octet* time_tz_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const auto bits = column.at<std::uint64_t>(row);
    return put(put(out, time_tz_micros(bits)), -time_tz_offset(bits));
}
template <TypeId id>
Octet* timestamp_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const std::int64_t micros = timestamp_micros(id, column.at<std::int64_t>(row));
    if (micros == kInfinity64) return put(out, micros);
    if (micros == -kInfinity64) return put(out, std::numeric_limits<std::int64_t>::min());
    return put(out, micros - kPostgresEpochMicros);
}
Octet* interval_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const auto& interval = column.at<engine::Interval>(row);
    return put(put(put(out, interval.micros), interval.days), interval.months);
}
Octet* uuid_binary(RowSink&, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat&) {
    const auto& value = column.at<engine::HugeInt>(row);
    return put(put(out, static_cast<std::uint64_t>(value.upper) ^ (1ULL << 63)), value.lower);
}

}  // namespace

ValueEncoder binary_encoder_for(const engine::Type& type) {
    constexpr auto kNumeric = static_cast<std::uint32_t>(numeric_binary_max(kDecimalTextMax));
    switch (type.id) {
        case TypeId::kBoolean:
            return {boolean_binary, 1};
        case TypeId::kTinyInt:
            return {integer_binary<std::int8_t, std::int16_t>, 2};
        case TypeId::kSmallInt:
            return {integer_binary<std::int16_t, std::int16_t>, 2};
        case TypeId::kInteger:
            return {integer_binary<std::int32_t, std::int32_t>, 4};
        case TypeId::kBigInt:
            if (is_row_position(type)) return {position_binary, 6};
            if (wire_type_of(type).size == 4)
                return {integer_binary<std::int64_t, std::int32_t>, 4};  // oid and its kin
            return {integer_binary<std::int64_t, std::int64_t>, 8};
        case TypeId::kUTinyInt:
            return {integer_binary<std::uint8_t, std::int16_t>, 2};
        case TypeId::kUSmallInt:
            return {integer_binary<std::uint16_t, std::int32_t>, 4};
        case TypeId::kUInteger:
            return {integer_binary<std::uint32_t, std::int64_t>, 8};
        case TypeId::kUBigInt:
        case TypeId::kHugeInt:
        case TypeId::kUHugeInt:
        case TypeId::kDecimal:
            return {numeric_binary, kNumeric};
        case TypeId::kBigNum:
            return {numeric_binary, 0};
        case TypeId::kFloat:
            return {float_binary, 4};
        case TypeId::kDouble:
            return {double_binary, 8};
        case TypeId::kBit:
            return {bit_binary, 0};
        case TypeId::kDate:
            return {date_binary, 4};
        case TypeId::kTime:
            return {time_binary<1>, 8};
        case TypeId::kTimeNs:
            return {time_binary<1'000>, 8};
        case TypeId::kTimeTz:
            return {time_tz_binary, 12};
        case TypeId::kTimestamp:
        case TypeId::kTimestampTz:
            return {timestamp_binary<TypeId::kTimestamp>, 8};
        case TypeId::kTimestampSec:
            return {timestamp_binary<TypeId::kTimestampSec>, 8};
        case TypeId::kTimestampMs:
            return {timestamp_binary<TypeId::kTimestampMs>, 8};
        case TypeId::kTimestampNs:
            return {timestamp_binary<TypeId::kTimestampNs>, 8};
        case TypeId::kInterval:
            return {interval_binary, 16};
        case TypeId::kUuid:
            return {uuid_binary, 16};
        case TypeId::kEnum:
            return {enum_binary, 0};
        case TypeId::kVarchar:
            if (wire_type_of(type).oid == pgproto::oid::kChar) return {letter_binary, 1};
            return {bytes_binary, 0};
        case TypeId::kBlob:
        case TypeId::kVariant:
        case TypeId::kGeometry:
        case TypeId::kUnknown:
        case TypeId::kOther:
            return {bytes_binary, 0};
        case TypeId::kList:
        case TypeId::kArray:
            return {wire_type_of(type).shape == WireShape::kArray ? encode_array_binary : encode_json, 0};
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
