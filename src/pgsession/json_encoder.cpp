#include "pgsession/time_text.hpp"
#include "pgsession/type_map.hpp"
#include "pgsession/value_encoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace smew::pgsession {
namespace {

using engine::ColumnView;
using engine::StringRef;
using engine::TypeId;

Octet* put_char(RowSink& sink, Octet* out, char c) {
    out = sink.reserve(out, 1);
    *out = static_cast<Octet>(c);
    return out + 1;
}

// The letter behind the backslash of a short escape, 0 when there is none.
char short_escape(char c) {
    switch (c) {
        case '"':
            return '"';
        case '\\':
            return '\\';
        case '\b':
            return 'b';
        case '\f':
            return 'f';
        case '\n':
            return 'n';
        case '\r':
            return 'r';
        case '\t':
            return 't';
        default:
            return 0;
    }
}

Octet* escape_char(Octet* out, char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    *out++ = '\\';
    if (const char letter = short_escape(c)) {
        *out++ = static_cast<Octet>(letter);
        return out;
    }
    std::memcpy(out, "u00", 3);
    out[3] = static_cast<Octet>(kHex[byte >> 4]);
    out[4] = static_cast<Octet>(kHex[byte & 0xFU]);
    return out + 5;
}

Octet* put_string(RowSink& sink, Octet* out, std::string_view text) {
    constexpr std::size_t kSlice = 1'024, kEscapeMax = 6;
    out = put_char(sink, out, '"');
    while (!text.empty()) {
        const std::string_view slice = text.substr(0, kSlice);
        out = sink.reserve(out, slice.size() * kEscapeMax);
        for (const char c : slice) {
            if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
                out = escape_char(out, c);
            } else {
                *out++ = static_cast<Octet>(c);
            }
        }
        text.remove_prefix(slice.size());
    }
    return put_char(sink, out, '"');
}

// The text form in quotes: of types whose text needs no escape.
Octet* put_quoted(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    const ValueEncoder encoder = text_encoder_for(*column.type);
    out = sink.reserve(out, 1 + encoder.bound);
    *out++ = '"';
    out = encoder.encode(sink, out, column, row, format);
    return put_char(sink, out, '"');
}

// Numbers as they are, but JSON has no NaN and no infinity.
Octet* put_number(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    const TypeId id = column.type->id;
    const bool finite = id == TypeId::kFloat ? std::isfinite(column.at<float>(row))
                                             : id != TypeId::kDouble || std::isfinite(column.at<double>(row));
    if (!finite) return put_quoted(sink, out, column, row, format);
    const ValueEncoder encoder = text_encoder_for(*column.type);
    return encoder.encode(sink, sink.reserve(out, encoder.bound), column, row, format);
}

// ISO 8601 with a T between date and time.
Octet* put_moment(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    out = sink.reserve(out, kTimeTextMax + 2);
    *out++ = '"';
    const auto value = column.at<std::int64_t>(row);
    out = column.type->id == TypeId::kTimestampTz ? write_timestamp_tz(out, value, *format.zone, 'T', true)
                                                  : write_timestamp(out, timestamp_micros(column.type->id, value), 'T');
    *out++ = '"';
    return out;
}

Octet* put_blob(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, ValueFormat format) {
    format.bytea_escape = false;
    out = put_text(sink, out, "\"\\");
    out = text_encoder_for(*column.type).encode(sink, out, column, row, format);
    return put_char(sink, out, '"');
}

Octet* put_value(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    if (column.type->id == TypeId::kNull || !column.valid(row)) return put_text(sink, out, "null");
    return encode_json(sink, out, column, row, format);
}

Octet* put_list(RowSink& sink, Octet* out, const ColumnView& elements, std::uint64_t first, std::uint64_t count,
                const ValueFormat& format) {
    out = put_char(sink, out, '[');
    for (std::uint64_t i = 0; i < count; ++i) {
        if (i > 0) out = put_char(sink, out, ',');
        out = put_value(sink, out, elements, first + i, format);
    }
    return put_char(sink, out, ']');
}

// Fields without a name, as row() makes them, are called f1, f2 …, as PostgreSQL's row_to_json calls them.
Octet* put_struct(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    out = put_char(sink, out, '{');
    for (std::size_t i = 0; i < column.children.size(); ++i) {
        const auto& names = column.type->field_names;
        if (i > 0) out = put_char(sink, out, ',');
        const bool named = i < names.size() && !names[i].empty();
        out = put_string(sink, out, named ? names[i] : "f" + std::to_string(i + 1));
        out = put_char(sink, out, ':');
        out = put_value(sink, out, column.children[i], row, format);
    }
    return put_char(sink, out, '}');
}

// Keys are strings in JSON: what is none becomes the text of its JSON.
Octet* put_key(RowSink& sink, Octet* out, const ColumnView& keys, std::uint64_t row, const ValueFormat& format) {
    pgproto::Buffer scratch;
    RowSink key_sink(scratch, 64);
    Octet* const end = put_value(key_sink, key_sink.reserve(key_sink.begin(), 0), keys, row, format);
    const std::string_view key(reinterpret_cast<const char*>(key_sink.at(0)), key_sink.offset(end));
    return key.starts_with('"') ? put_text(sink, out, key) : put_string(sink, out, key);
}

Octet* put_map(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    const auto& entry = column.at<engine::ListEntry>(row);
    const ColumnView& pairs = column.children.front();
    out = put_char(sink, out, '{');
    for (std::uint64_t i = 0; i < entry.length; ++i) {
        if (i > 0) out = put_char(sink, out, ',');
        out = put_key(sink, out, pairs.children[0], entry.offset + i, format);
        out = put_char(sink, out, ':');
        out = put_value(sink, out, pairs.children[1], entry.offset + i, format);
    }
    return put_char(sink, out, '}');
}

Octet* put_union(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    const std::size_t member = std::size_t{1} + column.children.front().at<std::uint8_t>(row);
    if (member >= column.children.size()) return put_text(sink, out, "null");
    return put_value(sink, out, column.children[member], row, format);
}

}  // namespace

Octet* encode_json(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row, const ValueFormat& format) {
    const engine::Type& type = *column.type;
    switch (type.id) {
        case TypeId::kBoolean:
            return put_text(sink, out, column.at<std::uint8_t>(row) != 0 ? "true" : "false");
        case TypeId::kTinyInt:
        case TypeId::kSmallInt:
        case TypeId::kInteger:
        case TypeId::kBigInt:
        case TypeId::kUTinyInt:
        case TypeId::kUSmallInt:
        case TypeId::kUInteger:
        case TypeId::kUBigInt:
        case TypeId::kHugeInt:
        case TypeId::kUHugeInt:
        case TypeId::kBigNum:
        case TypeId::kDecimal:
        case TypeId::kFloat:
        case TypeId::kDouble:
            return put_number(sink, out, column, row, format);
        case TypeId::kTimestamp:
        case TypeId::kTimestampSec:
        case TypeId::kTimestampMs:
        case TypeId::kTimestampNs:
        case TypeId::kTimestampTz:
            return put_moment(sink, out, column, row, format);
        case TypeId::kBlob:
            return put_blob(sink, out, column, row, format);
        case TypeId::kEnum:
            return put_string(sink, out, enum_value(column, row));
        case TypeId::kVariant:
            return put_text(sink, out, column.at<StringRef>(row).view());
        case TypeId::kVarchar:
        case TypeId::kGeometry:
        case TypeId::kUnknown:
        case TypeId::kOther: {
            const std::string_view text = column.at<StringRef>(row).view();
            return is_json_text(type) ? put_text(sink, out, text) : put_string(sink, out, text);
        }
        case TypeId::kList: {
            const auto& entry = column.at<engine::ListEntry>(row);
            return put_list(sink, out, column.children.front(), entry.offset, entry.length, format);
        }
        case TypeId::kArray:
            return put_list(sink, out, column.children.front(), row * type.array_size, type.array_size, format);
        case TypeId::kStruct:
            return put_struct(sink, out, column, row, format);
        case TypeId::kMap:
            return put_map(sink, out, column, row, format);
        case TypeId::kUnion:
            return put_union(sink, out, column, row, format);
        case TypeId::kNull:
            return put_text(sink, out, "null");
        default:
            return put_quoted(sink, out, column, row, format);
    }
}

}  // namespace smew::pgsession
