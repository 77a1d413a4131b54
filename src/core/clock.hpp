#pragma once
// Time as a dependency: what decides by the clock takes a Clock, so that its tests do not wait.

#include <chrono>
#include <string>

namespace smew {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;  // UTC
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime now() const = 0;
    virtual SteadyTime steady_now() const = 0;
};

class SystemClock final : public Clock {
public:
    WallTime now() const override;
    SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
};

// Stands still until it is moved. For tests.
class ManualClock final : public Clock {
public:
    explicit ManualClock(WallTime start) : now_(start) {}
    WallTime now() const override { return now_; }
    SteadyTime steady_now() const override { return steady_; }
    void advance(std::chrono::microseconds step) {
        now_ += step;
        steady_ += step;
    }

private:
    WallTime now_;
    SteadyTime steady_{};
};

// "2024-12-19T10:30:45.123Z": milliseconds, always UTC.
std::string to_iso8601(WallTime time);

}  // namespace smew
