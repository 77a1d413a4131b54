#include "fleet/memory_shares.hpp"

#include <algorithm>
#include <numeric>

namespace smew::fleet {
namespace {

using Shares = std::vector<std::uint64_t>;
using Places = std::vector<std::size_t>;

std::uint64_t least(const MemoryClaim& claim) {
    return std::min(claim.wanted, kLeastMemory);
}

// Fills `places` from the one that wants least: each gets what it wants, or an equal part of what is left.
void fill(Shares& shares, std::uint64_t total, std::span<const MemoryClaim> claims, Places places) {
    std::ranges::sort(places, {}, [&](std::size_t place) { return claims[place].wanted; });
    for (std::size_t i = 0; i < places.size(); ++i) {
        const MemoryClaim& claim = claims[places[i]];
        const std::uint64_t equal = total / (places.size() - i);
        shares[places[i]] = std::max(std::min(claim.wanted, equal), least(claim));
        total -= std::min(total, shares[places[i]]);
    }
}

std::uint64_t lend(std::uint64_t share, const MemoryClaim& claim) {
    const std::uint64_t kept = std::max({share / 4, claim.used + claim.used / 4, least(claim)});
    return std::min(share, kept);
}

}  // namespace

std::vector<std::uint64_t> divide_memory(std::uint64_t total, std::span<const MemoryClaim> claims) {
    Shares shares(claims.size());
    Places elastic, hungry;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        if (claims[i].fixed) {
            shares[i] = claims[i].wanted;
            total -= std::min(total, shares[i]);
            continue;
        }
        elastic.push_back(i);
        if (claims[i].hungry) hungry.push_back(i);
    }
    fill(shares, total, claims, elastic);
    if (hungry.empty()) return shares;
    for (const std::size_t place : elastic) {
        if (claims[place].hungry) continue;
        shares[place] = lend(shares[place], claims[place]);
        total -= std::min(total, shares[place]);
    }
    fill(shares, total, claims, hungry);
    return shares;
}

}  // namespace smew::fleet
