#pragma once
// Checks and forms of text that strangers chose. Inside catalog/ only.

#include "core/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace smew::catalog {

inline constexpr std::size_t kMaxTitleBytes = 255;
inline constexpr std::size_t kMaxTextBytes = 65'536;

bool is_ascii_letter(char c);
bool is_ascii_digit(char c);
std::string ascii_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);  // of ASCII letters, as DuckDB compares identifiers

// The number of code points, or -1 when `text` is not well-formed UTF-8 (RFC 3629: no surrogates, no long forms).
std::ptrdiff_t count_characters(std::string_view text);
bool has_control_characters(std::string_view text);  // C0, DEL and C1

// "name" in double quotes for a message: cut to 80 bytes, and what could garble a terminal or a protocol replaced by
// '?'.
std::string in_quotes(std::string_view name);

// 22023 unless it is well-formed UTF-8 without NUL and at most `max_bytes` long. `what` begins the message.
Result<void> check_text(std::string_view what, std::string_view text, std::size_t max_bytes);
// The same for one line: no control characters either.
Result<void> check_title(std::string_view what, std::string_view text);

}  // namespace smew::catalog
