#include "pgsession/parameter.hpp"

#include "core/byte_io.hpp"
#include "pgproto/oids.hpp"
#include "pgsession/calendar.hpp"
#include "pgsession/numeric_binary.hpp"
#include "pgsession/time_text.hpp"
#include "pgsession/type_map.hpp"
#include "pgsession/utf8.hpp"

#include <bit>
#include <limits>

namespace smew::pgsession {
namespace {

namespace oid = pgproto::oid;
using engine::ParameterValue;
using Value = Result<ParameterValue>;

Error bad_format(std::size_t number) {
    const std::string where = number == 0 ? "" : " in bind parameter " + std::to_string(number);
    return {sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format" + where};
}

Value checked_text(std::string_view text) {
    if (auto invalid = invalid_utf8(text)) return *invalid;
    return ParameterValue(engine::TextValue{text});
}

std::int32_t date_days(std::int32_t days) {
    constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
    if (days == kMax) return kMax;
    if (days == std::numeric_limits<std::int32_t>::min()) return -kMax;
    return days > kMax - kPostgresEpochDays ? kMax - 1 : days + kPostgresEpochDays;
}

std::int64_t timestamp_micros(std::int64_t micros) {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (micros == kMax) return kMax;
    if (micros == std::numeric_limits<std::int64_t>::min()) return -kMax;
    return micros > kMax - kPostgresEpochMicros ? kMax - 1 : micros + kPostgresEpochMicros;
}

// The engine has no value of this type to bind, so it gets the text.
Value time_tz(ByteReader& reader, OwnedTexts& owned, std::size_t number) {
    const std::int64_t micros = reader.i64();
    const std::int32_t west = reader.i32();
    if (!reader.complete() || micros < 0 || micros > kMicrosPerDay || west <= -57'600 || west >= 57'600)
        return bad_format(number);
    Octet text[kTimeTextMax];
    const auto bits = (static_cast<std::uint64_t>(micros) << 24) | static_cast<std::uint64_t>(57'599 + west);
    const Octet* end = write_time_tz(text, bits);
    owned.emplace_back(reinterpret_cast<const char*>(text), static_cast<std::size_t>(end - text));
    return ParameterValue(engine::TextValue{owned.back()});
}

Value bits(ByteReader& reader, OwnedTexts& owned, std::size_t number) {
    const std::int32_t count = reader.i32();
    const ByteSpan bytes = reader.rest();
    if (!reader.ok() || count < 0 || bytes.size() != (static_cast<std::size_t>(count) + 7) / 8)
        return bad_format(number);
    std::string text;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        text += static_cast<char>('0' + ((bytes[i / 8] >> (7 - i % 8)) & 1));
    }
    return ParameterValue(engine::TextValue{owned.emplace_back(std::move(text))});
}

Value uuid(ByteReader& reader) {
    engine::UuidValue value{};
    const ByteSpan bytes = reader.bytes(value.bytes.size());
    if (bytes.size() == value.bytes.size()) std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
    return ParameterValue(value);
}

Value interval(ByteReader& reader) {
    engine::Interval value{};
    value.micros = reader.i64();
    value.days = reader.i32();
    value.months = reader.i32();
    return ParameterValue(value);
}

// Types of a fixed size; nullopt for others. Whether all bytes were there is looked at by the caller.
std::optional<Value> fixed_size(std::uint32_t type, ByteReader& reader) {
    switch (type) {
        case oid::kBool:
            return Value(ParameterValue(reader.u8() != 0));
        case oid::kInt2:
            return Value(ParameterValue(reader.i16()));
        case oid::kInt4:
            return Value(ParameterValue(reader.i32()));
        case oid::kInt8:
            return Value(ParameterValue(reader.i64()));
        case oid::kOid:
            return Value(ParameterValue(static_cast<std::int64_t>(reader.u32())));
        case oid::kFloat4:
            return Value(ParameterValue(std::bit_cast<float>(reader.u32())));
        case oid::kFloat8:
            return Value(ParameterValue(reader.f64()));
        case oid::kDate:
            return Value(ParameterValue(engine::DateValue{date_days(reader.i32())}));
        case oid::kTime:
            return Value(ParameterValue(engine::TimeValue{reader.i64()}));
        case oid::kTimestamp:
            return Value(ParameterValue(engine::TimestampValue{timestamp_micros(reader.i64())}));
        case oid::kTimestamptz:
            return Value(ParameterValue(engine::TimestampTzValue{timestamp_micros(reader.i64())}));
        case oid::kInterval:
            return interval(reader);
        case oid::kUuid:
            return uuid(reader);
        default:
            return std::nullopt;
    }
}

}  // namespace

Value decode_binary_parameter(std::uint32_t type, ByteSpan bytes, std::size_t number, OwnedTexts& owned) {
    ByteReader reader(bytes);
    if (std::optional<Value> value = fixed_size(type, reader)) {
        if (!reader.complete()) return bad_format(number);
        return std::move(*value);
    }
    switch (type) {
        case oid::kText:
        case oid::kVarchar:
        case oid::kBpchar:
        case oid::kName:
        case oid::kUnknown:
        case oid::kJson:
        case oid::kXml:
            return checked_text(as_text(bytes));
        case oid::kJsonb:
            if (reader.u8() != 1) return bad_format(number);
            return checked_text(as_text(reader.rest()));
        case oid::kBytea:
            return ParameterValue(engine::BlobValue{as_text(bytes)});
        case oid::kTimetz:
            return time_tz(reader, owned, number);
        case oid::kBit:
        case oid::kVarbit:
            return bits(reader, owned, number);
        case oid::kNumeric: {
            Result<std::string> text = read_numeric_binary(bytes);
            if (!text) return text.error();
            return ParameterValue(engine::TextValue{owned.emplace_back(std::move(*text))});
        }
        default:
            break;
    }
    const std::uint32_t element = element_oid_of(type);
    if (element != 0) return decode_array_binary(element, bytes, number, owned);
    return Error{sqlstate::kUndefinedFunction, "no binary input function available for type " + std::to_string(type)};
}

// Text is the engine's: it knows the type, and PostgreSQL's forms of it.
Value decode_parameter(std::uint32_t type, pgproto::Format format, ByteSpan bytes, std::size_t number,
                       OwnedTexts& owned) {
    if (format == pgproto::Format::kText) return checked_text(as_text(bytes));
    return decode_binary_parameter(type, bytes, number, owned);
}

}  // namespace smew::pgsession
