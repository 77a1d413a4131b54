#pragma once
// Stacks of this process's threads, taken while they use the processor: SIGPROF after so much CPU time of all of them,
// on the thread that used it. Costs a few microseconds a sample, nothing while it is off. perf_event_open would need a
// privilege that containers and the workers' filter of system calls do not give (ADR 0101).

#include "core/clock.hpp"
#include "stacks/stack.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace smew::stacks {

struct CpuSample {
    std::int64_t thread = 0;
    WallTime at{};
    Stack stack;  // as behind calls: the innermost, too, is one more than where it was
};

// Samples from its making to its end. Its calls on one thread at a time.
class CpuSampler {
public:
    // nullptr: there is one already, or the system gives no timer.
    static std::unique_ptr<CpuSampler> start(std::uint32_t hertz);
    ~CpuSampler();
    CpuSampler(const CpuSampler&) = delete;
    CpuSampler& operator=(const CpuSampler&) = delete;

    // What was taken since the last time. There is room for some seconds; what is beyond is counted.
    std::vector<CpuSample> take();
    std::uint64_t dropped() const;

private:
    CpuSampler() = default;
};

}  // namespace smew::stacks
