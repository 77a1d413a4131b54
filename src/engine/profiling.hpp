#pragma once
// What a Connection of a real engine can do beside running statements: tell what they did while they ran.

#include <chrono>
#include <cstdint>
#include <string>

namespace smew::engine {

struct Profile {
    // JSON: the operators as a tree, each with its time and rows; without them when the run was not profiled, which a
    // member "untimed" then says. Empty: there is none.
    std::string plan;
    std::uint64_t peak_memory_bytes = 0, spilled_bytes = 0;
};

class Profiling {
public:
    virtual ~Profiling() = default;
    // Statements that may take so long are profiled from now on; 0: none.
    virtual void set_profiling(std::chrono::milliseconds slow) = 0;
    // Of the statement that ended last, if it began to run at that time or later: others do not run in the engine.
    virtual Profile profile(std::chrono::steady_clock::time_point since) = 0;
};

}  // namespace smew::engine
