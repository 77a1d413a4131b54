#pragma once
// How the statements that may run at a time are divided among workers. Arithmetic only.

#include <cstdint>
#include <span>
#include <vector>

namespace smew::fleet {

struct TurnClaim {
    std::uint32_t wanted = 0;  // at most: the workspace's own limit
    std::uint32_t needed = 0;  // run or wait now
};

// One share for each claim, none above what is wanted, together not above `total`. What is needed comes first, then
// what may be needed soon; of both the smallest shares are raised first, in the order given. So a share may be 0.
std::vector<std::uint32_t> divide_turns(std::uint32_t total, std::span<const TurnClaim> claims);

}  // namespace smew::fleet
