#include "core/byte_io.hpp"
#include "engine/postgres_types.hpp"
#include "pgproto/oids.hpp"
#include "pgsession/type_map.hpp"
#include "pgsession/value_encoder.hpp"
#include "sql/lexer.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace smew::pgsession {
namespace {

using engine::array_leaf;
using engine::ColumnView;
using engine::ListEntry;
using engine::TypeId;

// The rows of a child column that make one array.
struct Elements {
    const ColumnView* column;
    std::uint64_t first, count;
};

Elements elements_of(const ColumnView& column, std::uint64_t row) {
    if (column.type->id == TypeId::kList) {
        const auto& entry = column.at<ListEntry>(row);
        return {&column.children.front(), entry.offset, entry.length};
    }
    return {&column.children.front(), row * column.type->array_size, column.type->array_size};
}

// PostgreSQL quotes what would read back as something else: empty text, NULL, structure, blanks, quotes.
struct Quoting {
    bool needed = false;
    std::size_t escapes = 0;
};
Quoting quoting_of(std::string_view text) {
    Quoting quoting{.needed = text.empty() || sql::equal_ignoring_case(text, "null")};
    for (const char c : text) {
        switch (c) {
            case '"':
            case '\\':
                ++quoting.escapes;
                [[fallthrough]];
            case '{':
            case '}':
            case ',':
            case ' ':
            case '\t':
            case '\n':
            case '\r':
            case '\v':
            case '\f':
                quoting.needed = true;
                break;
            default:
                break;
        }
    }
    return quoting;
}

// Puts quotes and backslashes into the element that lies from `start` to `end`, working from the back.
Octet* quote_element(RowSink& sink, std::size_t start, Octet* end) {
    const std::string_view text(reinterpret_cast<const char*>(sink.at(start)), sink.offset(end) - start);
    const Quoting quoting = quoting_of(text);
    if (!quoting.needed) return end;
    const std::size_t length = text.size();
    const std::size_t grown = length + quoting.escapes + 2;
    sink.reserve(end, grown - length);
    Octet* const begin = sink.at(start);
    Octet* to = begin + grown;
    *--to = '"';
    for (const Octet* from = begin + length; from != begin;) {
        const Octet c = *--from;
        *--to = c;
        if (c == '"' || c == '\\') *--to = '\\';
    }
    *begin = '"';
    return begin + grown;
}

// `present`: false below a NULL array of a fixed-size array, whose elements then all show as NULL, since PostgreSQL's
// arrays are rectangular and have no NULL of their own inside.
Octet* array_text(RowSink& sink, Octet* out, Elements elements, bool present, const ValueEncoder& leaf,
                  const ValueFormat& format) {
    out = sink.reserve(out, 2);
    *out++ = '{';
    for (std::uint64_t i = 0; i < elements.count; ++i) {
        const std::uint64_t row = elements.first + i;
        const bool valid = present && leaf.encode != nullptr && elements.column->valid(row);
        out = sink.reserve(out, 8 + leaf.bound);
        if (i > 0) *out++ = ',';
        if (elements.column->type->id == TypeId::kArray) {
            out = array_text(sink, out, elements_of(*elements.column, row), valid, leaf, format);
        } else if (!valid) {
            std::memcpy(out, "NULL", 4);
            out += 4;
        } else {
            const std::size_t start = sink.offset(out);
            out = quote_element(sink, start, leaf.encode(sink, out, *elements.column, row, format));
        }
    }
    out = sink.reserve(out, 1);
    *out++ = '}';
    return out;
}

Octet* put_u32(Octet* out, std::uint32_t value) {
    const std::uint32_t big = to_big_endian(value);
    std::memcpy(out, &big, sizeof big);
    return out + sizeof big;
}

// The values alone, each behind its length. Says through `any_null` what the header must state.
Octet* array_values(RowSink& sink, Octet* out, Elements elements, bool present, const ValueEncoder& leaf,
                    const ValueFormat& format, bool& any_null) {
    for (std::uint64_t i = 0; i < elements.count; ++i) {
        const std::uint64_t row = elements.first + i;
        const bool valid = present && leaf.encode != nullptr && elements.column->valid(row);
        if (elements.column->type->id == TypeId::kArray) {
            out = array_values(sink, out, elements_of(*elements.column, row), valid, leaf, format, any_null);
            continue;
        }
        out = sink.reserve(out, 4 + leaf.bound);
        if (!valid) {
            any_null = true;
            out = put_u32(out, 0xFFFF'FFFFU);
            continue;
        }
        const std::size_t start = sink.offset(out);
        out = leaf.encode(sink, out + 4, *elements.column, row, format);
        put_u32(sink.at(start), static_cast<std::uint32_t>(sink.offset(out) - start - 4));
    }
    return out;
}

// Sizes from the outermost dimension in; empty when any is zero, as PostgreSQL's empty array has no dimensions.
std::vector<std::uint64_t> dimensions_of(Elements elements) {
    std::vector<std::uint64_t> dimensions{elements.count};
    for (const engine::Type* type = elements.column->type; type->id == TypeId::kArray; type = &type->children.front()) {
        dimensions.push_back(type->array_size);
    }
    if (std::ranges::find(dimensions, 0U) != dimensions.end()) dimensions.clear();
    return dimensions;
}

bool is_vector(std::uint32_t oid) {
    return oid == pgproto::oid::kInt2Vector || oid == pgproto::oid::kOidVector;
}

// "1 2 3"; without NULLs.
Octet* vector_text(RowSink& sink, Octet* out, Elements elements, const ValueEncoder& leaf, const ValueFormat& format) {
    for (std::uint64_t i = 0; i < elements.count; ++i) {
        out = sink.reserve(out, 1 + leaf.bound);
        if (i > 0) *out++ = ' ';
        out = leaf.encode(sink, out, *elements.column, elements.first + i, format);
    }
    return out;
}

}  // namespace

Octet* encode_array_text(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row,
                         const ValueFormat& format) {
    const Elements elements = elements_of(column, row);
    if (is_vector(wire_type_of(*column.type).oid)) {
        return vector_text(sink, out, elements, text_encoder_for(*elements.column->type), format);
    }
    return array_text(sink, out, elements, true, text_encoder_for(array_leaf(*column.type)), format);
}

Octet* encode_array_binary(RowSink& sink, Octet* out, const ColumnView& column, std::uint64_t row,
                           const ValueFormat& format) {
    const Elements elements = elements_of(column, row);
    const std::vector<std::uint64_t> dimensions = dimensions_of(elements);
    out = sink.reserve(out, 12 + 8 * dimensions.size());
    const std::size_t start = sink.offset(out);
    out = put_u32(out, static_cast<std::uint32_t>(dimensions.size()));
    out = put_u32(out, 0);
    const std::uint32_t oid = wire_type_of(*column.type).oid;
    out = put_u32(out, element_oid_of(oid));
    for (const std::uint64_t size : dimensions) {
        out = put_u32(put_u32(out, static_cast<std::uint32_t>(size)), is_vector(oid) ? 0 : 1);
    }
    if (dimensions.empty()) return out;
    bool any_null = false;
    out = array_values(sink, out, elements, true, binary_encoder_for(array_leaf(*column.type)), format, any_null);
    put_u32(sink.at(start + 4), any_null ? 1 : 0);
    return out;
}

}  // namespace smew::pgsession
