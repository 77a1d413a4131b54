#include "fleet/turn_shares.hpp"

#include <algorithm>

namespace smew::fleet {
namespace {

using Shares = std::vector<std::uint32_t>;

// Raises the smallest shares first, in the order given, to what `goal` says of each claim, until nothing is left.
template <class Goal>
void raise(Shares& shares, std::uint32_t& left, std::span<const TurnClaim> claims, Goal goal) {
    bool more = true;
    for (std::uint32_t level = 1; more && left > 0; ++level) {
        more = false;
        for (std::size_t i = 0; i < claims.size() && left > 0; ++i) {
            const std::uint32_t most = std::min(goal(claims[i]), claims[i].wanted);
            more = more || most > level;
            if (shares[i] >= level || most < level) continue;
            ++shares[i];
            --left;
        }
    }
}

}  // namespace

std::vector<std::uint32_t> divide_turns(std::uint32_t total, std::span<const TurnClaim> claims) {
    Shares shares(claims.size());
    std::uint64_t wanted = 0;
    for (const TurnClaim& claim : claims) wanted += claim.wanted;
    if (wanted <= total) {
        std::ranges::transform(claims, shares.begin(), &TurnClaim::wanted);
        return shares;
    }
    raise(shares, total, claims, [](const TurnClaim& claim) { return claim.needed; });
    raise(shares, total, claims, [](const TurnClaim& claim) { return claim.wanted; });
    return shares;
}

}  // namespace smew::fleet
