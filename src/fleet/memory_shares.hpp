#pragma once
// How the memory for workers is divided among them. Arithmetic only.

#include <cstdint>
#include <span>
#include <vector>

namespace smew::fleet {

// Less is of no use to a workspace.
inline constexpr std::uint64_t kLeastMemory = 64'000'000;

struct MemoryClaim {
    std::uint64_t wanted = 0;  // its limit
    std::uint64_t used = 0;
    bool hungry = false;  // runs statements that fill what it has
    bool fixed = false;   // cannot do with less: a load job
};

// One share for each claim, none above what is wanted. When there is enough for all, everyone gets that. Else those who
// want little get it and the others equal shares of the rest; and while some are hungry, those who are not lend them
// what they do not use, down to a quarter of their share. No share is below kLeastMemory, so that very many claims may
// together be more than `total`: whoever starts workers must not let it come to that.
std::vector<std::uint64_t> divide_memory(std::uint64_t total, std::span<const MemoryClaim> claims);

}  // namespace smew::fleet
