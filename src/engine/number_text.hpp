#pragma once
// Numbers as PostgreSQL prints them. Each function writes at `out`, which has room for what its k…Max says, and returns
// the end. No allocation, no locale.

#include "engine/types.hpp"

#include <cstdint>

namespace smew::engine {

using Octet = std::uint8_t;
// Not a 128-bit literal type of the standard, but of both compilers we build with.
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

inline constexpr std::size_t kInt64TextMax = 20;
inline constexpr std::size_t kInt128TextMax = 40;
inline constexpr std::size_t kDecimalTextMax = 44;  // 39 digits, sign, point, leading zero
inline constexpr std::size_t kFloatTextMax = 32;

inline Int128 to_int128(HugeInt value) {
    return static_cast<Int128>((static_cast<UInt128>(static_cast<std::uint64_t>(value.upper)) << 64) | value.lower);
}
inline UInt128 to_uint128(UHugeInt value) {
    return (static_cast<UInt128>(value.upper) << 64) | value.lower;
}

Octet* write_uint(Octet* out, std::uint64_t value);
Octet* write_int(Octet* out, std::int64_t value);
Octet* write_uint128(Octet* out, UInt128 value);
Octet* write_int128(Octet* out, Int128 value);
// value * 10^-scale with exactly `scale` digits behind the point.
Octet* write_decimal(Octet* out, std::int64_t value, unsigned scale);
Octet* write_decimal(Octet* out, Int128 value, unsigned scale);
// Two digits, for 0 to 99.
Octet* write_two_digits(Octet* out, unsigned value);
// `width` digits at least, with leading zeros.
Octet* write_padded(Octet* out, std::uint64_t value, unsigned width);

// `extra_digits` is extra_float_digits: above 0 the shortest text that reads back equal, else 15 (6) digits plus it.
Octet* write_double(Octet* out, double value, int extra_digits);
Octet* write_float(Octet* out, float value, int extra_digits);

}  // namespace smew::engine
