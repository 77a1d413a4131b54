#include "pgsession/numeric_binary.hpp"

#include "core/byte_io.hpp"

#include <algorithm>
#include <vector>

namespace smew::pgsession {
namespace {

constexpr std::uint16_t kNegative = 0x4000, kNan = 0xC000, kInfinity = 0xD000, kMinusInfinity = 0xF000;
constexpr int kDigitsPerGroup = 4;

Octet* put_u16(Octet* out, std::uint16_t value) {
    out[0] = static_cast<Octet>(value >> 8);
    out[1] = static_cast<Octet>(value & 0xFFU);
    return out + 2;
}

Error bad_numeric() {
    return {sqlstate::kInvalidBinaryRepresentation, "invalid binary representation of a numeric value"};
}

// The digits around the point, from which groups of four are read: group 0 ends at the point.
struct DigitGroups {
    std::string_view whole, fraction;

    unsigned digit(std::ptrdiff_t index) const {  // 0 is the first behind the point
        if (index < 0) {
            const auto back = static_cast<std::size_t>(-index);
            return back <= whole.size() ? static_cast<unsigned>(whole[whole.size() - back] - '0') : 0;
        }
        const auto at = static_cast<std::size_t>(index);
        return at < fraction.size() ? static_cast<unsigned>(fraction[at] - '0') : 0;
    }
    std::uint16_t group(std::ptrdiff_t weight) const {
        const std::ptrdiff_t first = -(weight + 1) * kDigitsPerGroup;
        unsigned value = 0;
        for (std::ptrdiff_t i = 0; i < kDigitsPerGroup; ++i) value = value * 10 + digit(first + i);
        return static_cast<std::uint16_t>(value);
    }
};

}  // namespace

Octet* write_numeric_binary(Octet* out, std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    const DigitGroups digits{text.substr(0, point), point < text.size() ? text.substr(point + 1) : std::string_view()};

    std::ptrdiff_t weight =
        (static_cast<std::ptrdiff_t>(digits.whole.size()) + kDigitsPerGroup - 1) / kDigitsPerGroup - 1;
    std::ptrdiff_t last =
        -((static_cast<std::ptrdiff_t>(digits.fraction.size()) + kDigitsPerGroup - 1) / kDigitsPerGroup);
    while (weight >= last && digits.group(weight) == 0) --weight;
    while (last <= weight && digits.group(last) == 0) ++last;
    const std::ptrdiff_t count = weight - last + 1;
    const bool zero = count <= 0;
    out = put_u16(out, static_cast<std::uint16_t>(zero ? 0 : count));
    out = put_u16(out, static_cast<std::uint16_t>(zero ? 0 : weight));
    out = put_u16(out, negative && !zero ? kNegative : 0);
    out = put_u16(out, static_cast<std::uint16_t>(digits.fraction.size()));
    for (std::ptrdiff_t group = weight; group >= last; --group) out = put_u16(out, digits.group(group));
    return out;
}

Result<std::string> read_numeric_binary(ByteSpan bytes) {
    ByteReader reader(bytes);
    const std::uint16_t count = reader.u16();
    const std::int16_t weight = reader.i16();
    const std::uint16_t sign = reader.u16();
    const std::uint16_t scale = reader.u16();
    if (!reader.ok() || reader.remaining() != std::size_t{count} * 2 || scale > 0x3FFF) return bad_numeric();
    if (sign == kNan) return std::string("NaN");
    if (sign == kInfinity) return std::string("Infinity");
    if (sign == kMinusInfinity) return std::string("-Infinity");
    if (sign != 0 && sign != kNegative) return bad_numeric();

    std::vector<std::uint16_t> groups(count);
    for (std::uint16_t& group : groups) {
        group = reader.u16();
        if (group > 9'999) return bad_numeric();
    }
    const auto group_at = [&](int position) {
        const int index = weight - position;
        return index >= 0 && index < count ? groups[static_cast<std::size_t>(index)] : std::uint16_t{0};
    };
    std::string text = sign == kNegative ? "-" : "";
    const auto append_group = [&](int position) {
        Octet digits[kDigitsPerGroup];
        write_padded(digits, group_at(position), kDigitsPerGroup);
        text.append(reinterpret_cast<const char*>(digits), kDigitsPerGroup);
    };
    const std::size_t start = text.size();
    for (int position = std::max<int>(weight, 0); position >= 0; --position) append_group(position);
    text.erase(start, std::min(text.find_first_not_of('0', start), text.size() - 1) - start);
    if (scale == 0) return text;
    text += '.';
    const std::size_t point = text.size();
    for (int position = -1; text.size() < point + scale; --position) append_group(position);
    text.resize(point + scale);
    return text;
}

}  // namespace smew::pgsession
