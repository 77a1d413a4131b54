#include "engine/loader_json.hpp"

#include "core/characters.hpp"

#include <duckdb/common/types.hpp>

#include <array>
#include <cmath>

namespace smew::engine::loader {
namespace {

using duckdb::LogicalTypeId;
using duckdb::Value;

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20) {
        out += c;
        return;
    }
    out += "\\u00";
    out += kHexDigits[code >> 4U];
    out += kHexDigits[code & 15U];
}

void append_number(std::string& out, double number, const Value& value) {
    if (std::isfinite(number)) {
        out += value.ToString();
    } else {
        append_json_string(out, std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    }
}

// DuckDB writes a DECIMAL without digits before the point as ".50", which is no number in JSON.
void append_decimal(std::string& out, const std::string& text) {
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    out.append(text, 0, sign);
    if (text.compare(sign, 1, ".") == 0) out += '0';
    out.append(text, sign);
}

void append_blob(std::string& out, const std::string& bytes) {
    out += "\"\\\\x";
    for (const char c : bytes) {
        out += kHexDigits[static_cast<unsigned char>(c) >> 4U];
        out += kHexDigits[static_cast<unsigned char>(c) & 15U];
    }
    out += '"';
}

template <class Values>
void append_array(std::string& out, const Values& values) {
    out += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += ',';
        append_json(out, values[i]);
    }
    out += ']';
}

void append_member(std::string& out, std::string_view key, const Value& value, bool first) {
    if (!first) out += ',';
    append_json_string(out, key);
    out += ':';
    append_json(out, value);
}

void append_struct(std::string& out, const Value& value) {
    const auto& types = duckdb::StructType::GetChildTypes(value.type());
    const auto& fields = duckdb::StructValue::GetChildren(value);
    const bool named = !types.empty() && !types[0].first.empty();
    if (!named) return append_array(out, fields);  // row(…)
    out += '{';
    for (std::size_t i = 0; i < fields.size(); ++i) append_member(out, types[i].first, fields[i], i == 0);
    out += '}';
}

void append_map(std::string& out, const Value& value) {
    const auto& entries = duckdb::MapValue::GetChildren(value);
    const bool text_keys = duckdb::MapType::KeyType(value.type()).id() == LogicalTypeId::VARCHAR;
    if (!text_keys) return append_array(out, entries);
    out += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& entry = duckdb::StructValue::GetChildren(entries[i]);
        append_member(out, duckdb::StringValue::Get(entry[0]), entry[1], i == 0);
    }
    out += '}';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (length == 1) {
            append_escaped(out, text[0]);
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

void append_json(std::string& out, const Value& value) {
    if (value.IsNull()) {
        out += "null";
        return;
    }
    switch (value.type().id()) {
        case LogicalTypeId::BOOLEAN:
            out += value.GetValue<bool>() ? "true" : "false";
            return;
        case LogicalTypeId::TINYINT:
        case LogicalTypeId::SMALLINT:
        case LogicalTypeId::INTEGER:
        case LogicalTypeId::BIGINT:
        case LogicalTypeId::UTINYINT:
        case LogicalTypeId::USMALLINT:
        case LogicalTypeId::UINTEGER:
        case LogicalTypeId::UBIGINT:
        case LogicalTypeId::HUGEINT:
        case LogicalTypeId::UHUGEINT:
        case LogicalTypeId::BIGNUM:
            out += value.ToString();
            return;
        case LogicalTypeId::DECIMAL:
            return append_decimal(out, value.ToString());
        case LogicalTypeId::FLOAT:
            return append_number(out, value.GetValue<float>(), value);
        case LogicalTypeId::DOUBLE:
            return append_number(out, value.GetValue<double>(), value);
        case LogicalTypeId::BLOB:
            return append_blob(out, duckdb::StringValue::Get(value));
        case LogicalTypeId::VARCHAR:
            if (value.type().IsJSONType()) {
                out += duckdb::StringValue::Get(value);
            } else {
                append_json_string(out, duckdb::StringValue::Get(value));
            }
            return;
        case LogicalTypeId::LIST:
            return append_array(out, duckdb::ListValue::GetChildren(value));
        case LogicalTypeId::ARRAY:
            return append_array(out, duckdb::ArrayValue::GetChildren(value));
        case LogicalTypeId::STRUCT:
            return append_struct(out, value);
        case LogicalTypeId::MAP:
            return append_map(out, value);
        case LogicalTypeId::UNION:
            return append_json(out, duckdb::UnionValue::GetValue(value));
        default:
            append_json_string(out, value.ToString());
            return;
    }
}

}  // namespace smew::engine::loader
