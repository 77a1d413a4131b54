#pragma once
// When something is worth an alert: rates over a sliding window. Pure: time comes in, decisions go out.

#include "core/clock.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

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

// Tells beginning and end of a condition, each once; an end only of what was told to have begun.
class Condition {
public:
    enum class Change : std::uint8_t { kNone, kBegan, kEnded };
    // A beginning that may not be told now is told by a later update if it still holds. `may_tell` is asked when one is
    // due, with whether it is the first time: bool(bool).
    template <typename MayTell>
    Change update(bool holds, MayTell may_tell) {
        if (!holds) {
            const bool told = state_ == State::kTold;
            state_ = State::kNone;
            return told ? Change::kEnded : Change::kNone;
        }
        if (state_ == State::kTold) return Change::kNone;
        const bool first = std::exchange(state_, State::kHeldBack) == State::kNone;
        if (!may_tell(first)) return Change::kNone;
        state_ = State::kTold;
        return Change::kBegan;
    }

private:
    enum class State : std::uint8_t { kNone, kHeldBack, kTold };
    State state_ = State::kNone;
};

// One alert of a type in `interval`; those held back are counted until the next.
class AlertRate {
public:
    explicit AlertRate(std::chrono::seconds interval = {}) : interval_(interval) {}

    // Whether one may be sent now; when not, `first` says whether it was not counted before.
    bool admit(SteadyTime now, bool first) {
        if (last_ && now - *last_ < interval_) {
            if (first) ++held_back_;
            return false;
        }
        last_ = now;
        return true;
    }
    std::uint64_t take_held_back() { return std::exchange(held_back_, 0); }

private:
    std::chrono::seconds interval_;
    std::optional<SteadyTime> last_;
    std::uint64_t held_back_ = 0;
};

}  // namespace smew::observe
