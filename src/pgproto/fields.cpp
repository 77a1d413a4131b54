#include "pgproto/fields.hpp"

#include <string>

namespace smew::pgproto {
namespace {

// Counts are unsigned on the wire: drivers bind up to 65,535 parameters. What cannot be there is refused before memory
// is taken for it.
bool read_count(ByteReader& reader, std::size_t element_bytes, std::size_t& count) {
    count = reader.u16();
    return reader.ok() && count * element_bytes <= reader.remaining();
}

}  // namespace

Error malformed(std::string_view message, std::string_view what) {
    std::string text = "invalid message format: ";
    text.append(message).append(": ").append(what);
    return {sqlstate::kProtocolViolation, std::move(text)};
}

Error incomplete(std::string_view message, const ByteReader& reader) {
    return malformed(message, reader.ok() ? "bytes are left over" : "bytes are missing");
}

std::string_view read_string(ByteReader& reader) {
    return reader.cstring();
}

bool read_format(ByteReader& reader, Format& format) {
    const std::uint16_t code = reader.u16();
    format = static_cast<Format>(code);
    return reader.ok() && code <= 1;
}

bool read_formats(ByteReader& reader, std::vector<Format>& formats) {
    std::size_t count = 0;
    if (!read_count(reader, sizeof(std::uint16_t), count)) return false;
    formats.resize(count);
    for (Format& format : formats) {
        if (!read_format(reader, format)) return false;
    }
    return true;
}

bool read_values(ByteReader& reader, std::vector<std::optional<ByteSpan>>& values) {
    std::size_t count = 0;
    if (!read_count(reader, sizeof(std::int32_t), count)) return false;
    values.resize(count);
    for (auto& value : values) {
        const std::int32_t length = reader.i32();
        if (length < -1) return false;
        if (length >= 0) value = reader.bytes(static_cast<std::size_t>(length));
        if (!reader.ok()) return false;
    }
    return true;
}

bool read_oids(ByteReader& reader, std::vector<std::uint32_t>& oids) {
    std::size_t count = 0;
    if (!read_count(reader, sizeof(std::uint32_t), count)) return false;
    oids.resize(count);
    for (std::uint32_t& oid : oids) oid = reader.u32();
    return true;
}

}  // namespace smew::pgproto
