#pragma once
// What a worker may run of the statements that all workers together may. It has its turns in advance, so that most
// statements ask nobody; and what was lent to it counts as held until it has said that it goes by less. Bookkeeping
// only: sends nothing, takes no lock.

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "link/messages.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace smew::fleet {

inline constexpr std::uint32_t kNoTurnLimit = UINT32_MAX;

class TurnLease {
public:
    TurnLease() = default;  // any number of turns
    TurnLease(std::uint32_t turns, SteadyTime now) : lent_{.turns = turns}, most_(turns), since_(now) {}

    // The worker is told what lent() says then. Not before it has confirmed the last order.
    void lend(std::uint32_t turns, SteadyTime now);
    void hear(const link::TurnsUsed& used, SteadyTime now);

    const link::LendTurns& lent() const { return lent_; }
    bool has_confirmed() const { return used_.order == lent_.order; }
    // No more statements than this run, whatever order it goes by.
    std::uint32_t held() const { return std::max(most_, used_.taken); }
    std::uint32_t needed() const { return used_.taken + used_.waiting; }
    std::uint32_t waiting() const { return used_.waiting; }
    // Some wait and none may run.
    bool starves() const { return used_.waiting > 0 && held() == 0; }
    // Who starves comes first, who has done so longest before others; then who has had its turns for the shortest time.
    bool goes_before(const TurnLease& other) const;

private:
    void note_hunger(SteadyTime now);

    link::LendTurns lent_;
    std::uint32_t most_ = kNoTurnLimit;  // of what it was lent by the last order and, until that is confirmed, before
    link::TurnsUsed used_;               // as it last said
    SteadyTime since_{}, hungry_since_{};
    bool hungry_ = false;
};

struct TurnLimits {
    std::uint32_t all = kNoTurnLimit, of_project = kNoTurnLimit;
    bool any() const { return all != kNoTurnLimit || of_project != kNoTurnLimit; }
};

struct TurnHolder {
    const ProjectId& project;
    TurnLease& lease;
    std::uint32_t wanted = 0;  // at most
    bool listens = true;       // else its lease stays as it is: it starts, or ends
};

// What nobody holds, for one more worker of that project.
std::uint32_t free_turns(const TurnLimits& limits, std::span<const TurnHolder> holders, const ProjectId& project);
// Lends turns anew: takes from those who have more than their share, and gives others of what nobody holds. Returns
// who has to be told.
std::vector<std::size_t> lend_turns(const TurnLimits& limits, std::span<const TurnHolder> holders, SteadyTime now);

}  // namespace smew::fleet
