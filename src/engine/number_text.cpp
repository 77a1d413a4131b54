#include "engine/number_text.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace smew::engine {
namespace {

constexpr std::array<char, 200> make_pairs() {
    std::array<char, 200> pairs{};
    for (unsigned i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}
constexpr std::array<char, 200> kPairs = make_pairs();

constexpr std::array<std::uint64_t, 20> make_powers() {
    std::array<std::uint64_t, 20> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}
constexpr std::array<std::uint64_t, 20> kPowers = make_powers();
constexpr std::uint64_t k10To18 = 1'000'000'000'000'000'000ULL;

// At least 1. kPowers[0] is 1, so zero must not be compared with it.
inline unsigned digit_count(std::uint64_t value) {
    if (value < 10) return 1;
    // log10 from log2: 1233/4096 is just above log10(2).
    const unsigned guess = (static_cast<unsigned>(std::bit_width(value | 1)) * 1233) >> 12;
    return guess + (value >= kPowers[guess] ? 1 : 0);
}

// Writes exactly the last `digits` digits and gives back what stands in front of them. Divides by constants only.
inline std::uint64_t fill_digits(Octet* out, std::uint64_t value, unsigned digits) {
    Octet* at = out + digits;
    while (digits >= 2) {
        at -= 2;
        std::memcpy(at, kPairs.data() + 2 * (value % 100), 2);
        value /= 100;
        digits -= 2;
    }
    if (digits == 1) {
        *out = static_cast<Octet>('0' + value % 10);
        value /= 10;
    }
    return value;
}

Octet* write_text(Octet* out, std::string_view text) {
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

// PostgreSQL's exponent has a sign and two digits at least, as printf's has.
Octet* write_exponent(Octet* out, int exponent) {
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    return write_padded(out, static_cast<std::uint64_t>(std::abs(exponent)), 2);
}

// Digits d.ddd × 10^exponent laid out as PostgreSQL does: fixed from 1e-4 up to 10^`fixed_limit`, else scientific.
Octet* lay_out_digits(Octet* out, std::string_view digits, int exponent, int fixed_limit) {
    const auto count = static_cast<int>(digits.size());
    if (exponent < -4 || exponent >= fixed_limit) {
        *out++ = static_cast<Octet>(digits.front());
        if (count > 1) {
            *out++ = '.';
            out = write_text(out, digits.substr(1));
        }
        return write_exponent(out, exponent);
    }
    if (exponent < 0) {
        out = write_text(out, "0.");
        out = std::fill_n(out, -exponent - 1, '0');
        return write_text(out, digits);
    }
    const auto whole = static_cast<std::size_t>(std::min(exponent + 1, count));
    out = write_text(out, digits.substr(0, whole));
    if (count <= exponent + 1) return std::fill_n(out, exponent + 1 - count, '0');
    *out++ = '.';
    return write_text(out, digits.substr(whole));
}

template <class T>
Octet* write_shortest(Octet* out, T value, int fixed_limit) {
    std::array<char, 40> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
    const char* at = text.data();
    if (*at == '-') {
        *out++ = '-';
        ++at;
    }
    std::array<char, 24> digits;
    std::size_t count = 0;
    for (; *at != 'e'; ++at) {
        if (*at != '.') digits[count++] = *at;
    }
    int exponent = 0;
    std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
    return lay_out_digits(out, {digits.data(), count}, exponent, fixed_limit);
}

// Doubles that are decimals of at most four places and 15 digits, as prices are, in a third of the time; nullptr for
// all others. Exact: the division of two exact numbers gives the double nearest to that decimal, and no two decimals of
// 15 digits share a double, so no shorter text reads back as this one.
Octet* write_short_double(Octet* out, double value) {
    constexpr double kLimit = 1e10;
    if (!(std::abs(value) < kLimit) || value == 0) return nullptr;
    for (const unsigned scale : {0U, 2U, 4U}) {
        const auto factor = static_cast<double>(kPowers[scale]);
        const double scaled = std::nearbyint(value * factor);
        if (scaled / factor != value) continue;
        Octet* end = write_decimal(out, static_cast<std::int64_t>(scaled), scale);
        if (scale == 0) return end;
        while (end[-1] == '0') --end;
        return end;
    }
    return nullptr;
}

template <class T>
Octet* write_floating(Octet* out, T value, int digits, bool shortest, int fixed_limit) {
    if (std::isnan(value)) return write_text(out, "NaN");
    if (std::isinf(value)) return write_text(out, value > 0 ? "Infinity" : "-Infinity");
    if (value == 0) return write_text(out, std::signbit(value) ? "-0" : "0");
    if (shortest) return write_shortest(out, value, fixed_limit);
    std::array<char, kFloatTextMax> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits).ptr;
    return write_text(out, {text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace

Octet* write_uint(Octet* out, std::uint64_t value) {
    if (value < 10) {
        *out = static_cast<Octet>('0' + value);
        return out + 1;
    }
    const unsigned digits = digit_count(value);
    fill_digits(out, value, digits);
    return out + digits;
}

Octet* write_int(Octet* out, std::int64_t value) {
    if (value >= 0) return write_uint(out, static_cast<std::uint64_t>(value));
    *out++ = '-';
    return write_uint(out, 0 - static_cast<std::uint64_t>(value));
}

Octet* write_uint128(Octet* out, UInt128 value) {
    if (value <= UINT64_MAX) return write_uint(out, static_cast<std::uint64_t>(value));
    out = write_uint128(out, value / k10To18);
    fill_digits(out, static_cast<std::uint64_t>(value % k10To18), 18);
    return out + 18;
}

Octet* write_int128(Octet* out, Int128 value) {
    if (value >= 0) return write_uint128(out, static_cast<UInt128>(value));
    *out++ = '-';
    return write_uint128(out, 0 - static_cast<UInt128>(value));
}

Octet* write_decimal(Octet* out, std::int64_t value, unsigned scale) {
    if (scale == 0) return write_int(out, value);
    if (scale >= kPowers.size()) return write_decimal(out, static_cast<Int128>(value), scale);
    std::uint64_t magnitude = static_cast<std::uint64_t>(value);
    if (value < 0) {
        *out++ = '-';
        magnitude = 0 - magnitude;
    }
    const unsigned digits = digit_count(magnitude);
    const unsigned whole = digits > scale ? digits - scale : 1;
    magnitude = fill_digits(out + whole + 1, magnitude, scale);
    out[whole] = '.';
    fill_digits(out, magnitude, whole);
    return out + whole + 1 + scale;
}

Octet* write_decimal(Octet* out, Int128 value, unsigned scale) {
    UInt128 magnitude = static_cast<UInt128>(value);
    if (value < 0) {
        *out++ = '-';
        magnitude = 0 - magnitude;
    }
    std::array<Octet, kInt128TextMax> digits;
    const auto count = static_cast<std::size_t>(write_uint128(digits.data(), magnitude) - digits.data());
    const std::size_t whole = count > scale ? count - scale : 0;
    if (whole == 0) *out++ = '0';
    out = std::copy_n(digits.data(), whole, out);
    if (scale == 0) return out;
    *out++ = '.';
    if (whole == 0) out = std::fill_n(out, scale - count, '0');
    return std::copy_n(digits.data() + whole, count - whole, out);
}

Octet* write_two_digits(Octet* out, unsigned value) {
    std::memcpy(out, kPairs.data() + 2 * value, 2);
    return out + 2;
}

Octet* write_padded(Octet* out, std::uint64_t value, unsigned width) {
    const unsigned digits = std::max(width, digit_count(value));
    fill_digits(out, value, digits);
    return out + digits;
}

Octet* write_double(Octet* out, double value, int extra_digits) {
    if (extra_digits > 0) {
        if (Octet* end = write_short_double(out, value)) return end;
    }
    return write_floating(out, value, std::max(15 + extra_digits, 1), extra_digits > 0, 15);
}

Octet* write_float(Octet* out, float value, int extra_digits) {
    return write_floating(out, value, std::max(6 + extra_digits, 1), extra_digits > 0, 6);
}

}  // namespace smew::engine
