#pragma once
// JSON strings out of text nobody has checked.

#include <cstddef>
#include <string>
#include <string_view>

namespace smew::telemetry {

// Longest text of one log field; what is beyond is replaced by "…".
inline constexpr std::size_t kMaxLoggedText = 32 << 10;

// Appends `text` in double quotes. Control characters (C0, DEL, C1) and the line separators U+2028 and U+2029 are
// escaped, so that a line stays a line and a terminal shows what is there; bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace smew::telemetry
