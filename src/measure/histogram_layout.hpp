#pragma once
// Where a value is counted. Buckets double in width; each has 2048 sub-buckets of which the upper half is used, but for
// the first, which is whole. For this room only.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace smew::measure {

inline constexpr std::uint64_t kSubBuckets = 2048;  // the power of two above 2 * 10^3: three significant digits
inline constexpr std::size_t kHalfBits = 10;        // of kSubBuckets / 2
inline constexpr std::uint64_t kHalf = 1 << kHalfBits;

constexpr std::size_t index_of(std::uint64_t value) {
    const int bucket = std::bit_width(value | (kSubBuckets - 1)) - static_cast<int>(kHalfBits) - 1;
    return (static_cast<std::size_t>(bucket) << kHalfBits) + static_cast<std::size_t>(value >> bucket);
}
constexpr int bucket_of(std::size_t index) {
    return std::max(0, static_cast<int>(index >> kHalfBits) - 1);
}
constexpr std::uint64_t lowest_at(std::size_t index) {
    const int bucket = bucket_of(index);
    return (index - (static_cast<std::size_t>(bucket) << kHalfBits)) << bucket;
}
constexpr std::uint64_t highest_at(std::size_t index) {
    return lowest_at(index) + (std::uint64_t{1} << bucket_of(index)) - 1;
}
constexpr std::uint64_t middle_at(std::size_t index) {
    return lowest_at(index) + ((std::uint64_t{1} << bucket_of(index)) >> 1);
}

static_assert(index_of(0) == 0 && index_of(2047) == 2047 && index_of(2048) == 2048 && index_of(2050) == 2049);
static_assert(lowest_at(index_of(1'000'000)) <= 1'000'000 && highest_at(index_of(1'000'000)) >= 1'000'000);

}  // namespace smew::measure
