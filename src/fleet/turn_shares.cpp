#include "fleet/turn_shares.hpp"

#include <algorithm>

namespace smew::fleet {
namespace {

using Shares = std::vector<std::uint32_t>;

// Raises shares evenly, from the first on, to what `goal` says of each claim, until nothing is left.
template <class Goal>
void raise(Shares& shares, std::uint32_t& left, std::span<const TurnClaim> claims, Goal goal) {
    for (bool raised = true; raised && left > 0;) {
        raised = false;
        for (std::size_t i = 0; i < claims.size() && left > 0; ++i) {
            if (shares[i] >= std::min(goal(claims[i]), claims[i].wanted)) continue;
            ++shares[i];
            --left;
            raised = true;
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
    raise(shares, total, claims, [](const TurnClaim& claim) { return std::min(claim.needed, 1U); });
    raise(shares, total, claims, [](const TurnClaim& claim) { return claim.needed; });
    raise(shares, total, claims, [](const TurnClaim& claim) { return claim.wanted; });
    return shares;
}

}  // namespace smew::fleet
