#pragma once
// When something is worth an alert: rates over a sliding window. Pure: time comes in, decisions go out.

#include "core/clock.hpp"

#include <array>
#include <cstdint>

namespace smew::observe {

// Counts of two kinds over the last window, in slots of a sixtieth of it.
class SlidingCounts {
public:
    explicit SlidingCounts(std::chrono::seconds window) : slot_(std::chrono::microseconds(window) / kSlots) {}

    void add(SteadyTime now, std::uint64_t all, std::uint64_t bad);
    struct Sum {
        std::uint64_t all = 0, bad = 0;
    };
    Sum sum(SteadyTime now) const;

private:
    static constexpr std::size_t kSlots = 60;
    struct Slot {
        std::int64_t number = -1;  // which stretch of time it holds
        Sum counts;
    };
    std::int64_t number(SteadyTime now) const { return now.time_since_epoch() / slot_; }

    std::chrono::nanoseconds slot_;
    std::array<Slot, kSlots> slots_{};
};

// Tells beginning and end of a condition, each once.
class Condition {
public:
    enum class Change : std::uint8_t { kNone, kBegan, kEnded };
    Change update(bool holds) {
        if (holds == holds_) return Change::kNone;
        holds_ = holds;
        return holds ? Change::kBegan : Change::kEnded;
    }

private:
    bool holds_ = false;
};

}  // namespace smew::observe
