#pragma once
// Values of a result as JSON text. Internal to engine/.

#include <duckdb/common/types/value.hpp>

#include <string>
#include <string_view>

namespace smew::engine::loader {

// "text" with what RFC 8259 wants escaped. Bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// Numbers exactly as DuckDB writes them, of any width; NaN and infinities, dates, times, intervals and UUIDs as
// strings; BLOBs as "\\x" and hexadecimal digits; JSON as it is; lists as arrays, structs and maps with text keys as
// objects, other maps as arrays of {"key", "value"}.
void append_json(std::string& out, const duckdb::Value& value);

}  // namespace smew::engine::loader
