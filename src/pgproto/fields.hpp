#pragma once
// What the parsers of both directions share: the one error for a malformed message, and checked fields. For this room
// only.

#include "core/byte_io.hpp"
#include "core/error.hpp"
#include "pgproto/frontend.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace smew::pgproto {

// 08P01: "invalid message format: Bind: a value's length is negative".
Error malformed(std::string_view message, std::string_view what);
// "bytes are missing", "bytes are left over": how a reader ended that is not complete().
Error incomplete(std::string_view message, const ByteReader& reader);

// ByteReader::cstring, not inlined: g++ 12 warns of an overread that cannot be where two of them meet in one function.
std::string_view read_string(ByteReader& reader);
// False for anything but 0 and 1.
bool read_format(ByteReader& reader, Format& format);
// A count and as many formats. False when there are too few, or one is unknown.
bool read_formats(ByteReader& reader, std::vector<Format>& formats);
// A count and as many values, each behind its length, -1 for NULL. False when one is negative or beyond the body.
bool read_values(ByteReader& reader, std::vector<std::optional<ByteSpan>>& values);
// A count and as many type OIDs. False when there are too few.
bool read_oids(ByteReader& reader, std::vector<std::uint32_t>& oids);

}  // namespace smew::pgproto
