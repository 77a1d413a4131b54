#include "fleet/turn_lease.hpp"

#include "fleet/turn_shares.hpp"

#include <map>
#include <numeric>

namespace smew::fleet {
namespace {

using Shares = std::vector<std::uint32_t>;

// What nobody holds, as it changes while turns are lent.
class FreeTurns {
public:
    FreeTurns(const TurnLimits& limits, std::span<const TurnHolder> holders) : limits_(limits) {
        for (const TurnHolder& holder : holders) take(holder.project, holder.lease.held());
    }
    void take(const ProjectId& project, std::uint32_t turns) {
        held_ += turns;
        if (limits_.of_project != kNoTurnLimit) by_project_[project] += turns;
    }
    std::uint32_t left(const ProjectId& project) const {
        const auto own = by_project_.find(project);
        const std::uint64_t held = own == by_project_.end() ? 0 : own->second;
        return std::min(rest(limits_.all, held_), rest(limits_.of_project, held));
    }

private:
    static std::uint32_t rest(std::uint32_t limit, std::uint64_t held) {
        if (limit == kNoTurnLimit) return kNoTurnLimit;
        return limit - static_cast<std::uint32_t>(std::min<std::uint64_t>(limit, held));
    }

    const TurnLimits limits_;
    std::uint64_t held_ = 0;
    std::map<ProjectId, std::uint64_t> by_project_;
};

// One share for each, within its project first, then of all.
Shares shares_of(const TurnLimits& limits, const std::vector<const TurnHolder*>& holders) {
    std::vector<TurnClaim> claims;
    std::map<ProjectId, std::vector<std::size_t>> projects;
    for (std::size_t i = 0; i < holders.size(); ++i) {
        claims.push_back({.wanted = holders[i]->wanted, .needed = holders[i]->lease.needed()});
        if (limits.of_project != kNoTurnLimit) projects[holders[i]->project].push_back(i);
    }
    for (const auto& [project, places] : projects) {
        std::vector<TurnClaim> own;
        for (const std::size_t place : places) own.push_back(claims[place]);
        const Shares shares = divide_turns(limits.of_project, own);
        for (std::size_t i = 0; i < places.size(); ++i) claims[places[i]].wanted = shares[i];
    }
    return divide_turns(limits.all, claims);
}

// Those who can be told, in the order in which they are served.
std::vector<std::size_t> in_order(std::span<const TurnHolder> holders) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < holders.size(); ++i) {
        if (holders[i].listens) order.push_back(i);
    }
    std::ranges::stable_sort(order, [&](std::size_t one, std::size_t other) {
        return holders[one].lease.goes_before(holders[other].lease);
    });
    return order;
}

}  // namespace

void TurnLease::lend(std::uint32_t turns, SteadyTime now) {
    if (lent_.turns == 0) since_ = now;
    lent_ = {.turns = turns, .order = lent_.order + 1};
    most_ = std::max(most_, turns);
    note_hunger(now);
}

void TurnLease::hear(const link::TurnsUsed& used, SteadyTime now) {
    used_ = used;
    // One that was sent before the order came says nothing about what the worker goes by since.
    if (has_confirmed()) most_ = lent_.turns;
    note_hunger(now);
}

void TurnLease::note_hunger(SteadyTime now) {
    if (starves() && !hungry_) hungry_since_ = now;
    hungry_ = starves();
}

bool TurnLease::goes_before(const TurnLease& other) const {
    if (starves() != other.starves()) return starves();
    return starves() ? hungry_since_ < other.hungry_since_ : since_ > other.since_;
}

std::uint32_t free_turns(const TurnLimits& limits, std::span<const TurnHolder> holders, const ProjectId& project) {
    return FreeTurns(limits, holders).left(project);
}

std::vector<std::size_t> lend_turns(const TurnLimits& limits, std::span<const TurnHolder> holders, SteadyTime now) {
    const std::vector<std::size_t> order = in_order(holders);
    std::vector<const TurnHolder*> served;
    for (const std::size_t i : order) served.push_back(&holders[i]);
    const Shares shares = limits.any() ? shares_of(limits, served) : Shares(served.size(), kNoTurnLimit);
    FreeTurns free(limits, holders);
    std::vector<std::size_t> told;
    for (std::size_t i = 0; i < served.size(); ++i) {
        TurnLease& lease = served[i]->lease;
        // One order at a time: with more under way, each answer would be about one that is not the last.
        if (!lease.has_confirmed()) continue;
        const std::uint32_t held = lease.held(), left = free.left(served[i]->project);
        // What it holds already may be lent to it again.
        const std::uint32_t most = left > kNoTurnLimit - held ? kNoTurnLimit : held + left;
        const std::uint32_t turns = std::min(shares[i], most);
        const bool lower = shares[i]<lease.lent().turns, higher = turns> lease.lent().turns;
        if (!lower && !higher) continue;
        lease.lend(lower ? shares[i] : turns, now);
        free.take(served[i]->project, lease.held() - held);
        told.push_back(order[i]);
    }
    return told;
}

}  // namespace smew::fleet
