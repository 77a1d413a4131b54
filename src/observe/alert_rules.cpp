#include "observe/alert_rules.hpp"

namespace smew::observe {

void SlidingCounts::add(SteadyTime now, std::uint64_t all, std::uint64_t bad) {
    const std::int64_t current = number(now);
    Slot& slot = slots_[static_cast<std::size_t>(current) % kSlots];
    if (slot.number != current) slot = {current, {}};
    slot.counts.all += all;
    slot.counts.bad += bad;
}

SlidingCounts::Sum SlidingCounts::sum(SteadyTime now) const {
    const std::int64_t current = number(now);
    Sum total;
    for (const Slot& slot : slots_) {
        if (slot.number < 0 || slot.number > current || current - slot.number >= static_cast<std::int64_t>(kSlots))
            continue;
        total.all += slot.counts.all;
        total.bad += slot.counts.bad;
    }
    return total;
}

}  // namespace smew::observe
