#include "core/bytes.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace smew {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// Ordered so that to_text finds the largest exact unit first.
constexpr std::array<Unit, 8> kUnits{{{"TB", 1'000'000'000'000ULL},
                                      {"TiB", 1ULL << 40},
                                      {"GiB", 1ULL << 30},
                                      {"GB", 1'000'000'000ULL},
                                      {"MiB", 1ULL << 20},
                                      {"MB", 1'000'000ULL},
                                      {"KiB", 1ULL << 10},
                                      {"KB", 1'000ULL}}};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

Error bad_size(std::string_view text) {
    return {sqlstate::kInvalidParameterValue, "\"" + std::string(text) + "\" is not a size", "",
            "Write a number and a unit: B, KB, MB, GB, TB, KiB, MiB, GiB or TiB, as in 4GB."};
}

Result<std::uint64_t> unit_factor(std::string_view unit, std::string_view text) {
    if (unit.empty() || equal_ignoring_case(unit, "B")) return 1ULL;
    for (const Unit& known : kUnits) {
        if (equal_ignoring_case(unit, known.name)) return known.factor;
    }
    return bad_size(text);
}

}  // namespace

Result<Bytes> parse_bytes(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || number < 0) return bad_size(text);
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    const Result<std::uint64_t> factor = unit_factor(unit, text);
    if (!factor) return factor.error();
    const double count = number * static_cast<double>(*factor);
    if (count >= 9.2e18) return bad_size(text);
    return Bytes{static_cast<std::uint64_t>(std::llround(count))};
}

std::string to_text(Bytes bytes) {
    for (const Unit& unit : kUnits) {
        if (bytes.count >= unit.factor && bytes.count % unit.factor == 0) {
            return std::to_string(bytes.count / unit.factor) + std::string(unit.name);
        }
    }
    return std::to_string(bytes.count) + "B";
}

}  // namespace smew
