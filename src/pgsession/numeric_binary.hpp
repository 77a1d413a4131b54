#pragma once
// PostgreSQL's binary form of numeric: digits of base 10000.
// Source: PostgreSQL 15, src/backend/utils/adt/numeric.c, numeric_send and numeric_recv.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "pgsession/number_text.hpp"

#include <string>
#include <string_view>

namespace smew::pgsession {

// The most bytes write_numeric_binary writes for a decimal text of that length.
constexpr std::size_t numeric_binary_max(std::size_t text_length) {
    return 8 + 2 * (text_length / 4 + 3);
}

// `text` is [-]digits[.digits]. Everything behind the point counts as scale.
Octet* write_numeric_binary(Octet* out, std::string_view text);

// The decimal text, also NaN and Infinity. Error 22P03 for what is no numeric.
Result<std::string> read_numeric_binary(ByteSpan bytes);

}  // namespace smew::pgsession
