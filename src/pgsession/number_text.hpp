#pragma once
// Numbers as PostgreSQL prints them, which the engine's casts to text print as well.

#include "engine/number_text.hpp"

namespace smew::pgsession {

using engine::Int128;
using engine::kDecimalTextMax;
using engine::kFloatTextMax;
using engine::kInt128TextMax;
using engine::kInt64TextMax;
using engine::Octet;
using engine::to_int128;
using engine::to_uint128;
using engine::UInt128;
using engine::write_decimal;
using engine::write_double;
using engine::write_float;
using engine::write_int;
using engine::write_int128;
using engine::write_padded;
using engine::write_two_digits;
using engine::write_uint;
using engine::write_uint128;

}  // namespace smew::pgsession
