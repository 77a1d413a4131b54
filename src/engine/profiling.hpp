#pragma once
// What a Connection of a real engine can do beside running statements: tell what they did while they ran.

#include <cstdint>
#include <string>

namespace smew::engine {

struct Profile {
    std::string plan;  // JSON: the operators as a tree, each with its time and rows; empty: none was taken
    std::uint64_t peak_memory_bytes = 0, spilled_bytes = 0;
};

class Profiling {
public:
    virtual ~Profiling() = default;
    // Whether statements that may take long are profiled from now on.
    virtual void set_profiling(bool on) = 0;
    // Of the statement that ended last.
    virtual Profile profile() = 0;
};

}  // namespace smew::engine
