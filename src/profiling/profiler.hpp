#pragma once
// Profiles of the gateway's CPU time. The process has one sampler, and any number may listen to what it finds; while
// nobody listens nothing is sampled. Thread-safe.

#include "core/error.hpp"
#include "stacks/cpu_profile.hpp"

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

namespace smew::profiling {

class Profiler {
public:
    explicit Profiler(std::uint32_t hertz) : hertz_(hertz) {}
    // Nobody listens any more; profile() of other threads ends early.
    ~Profiler();
    Profiler(const Profiler&) = delete;
    Profiler& operator=(const Profiler&) = delete;

    // On the profiler's thread, several times a second. Must not wait.
    using Listener = std::function<void(std::span<const stacks::CpuSample>)>;
    // Until what is returned is gone. Null: the system has no timer for it.
    std::shared_ptr<void> listen(Listener listener);

    // Waits for `duration`. 55000 when there can be none.
    Result<stacks::CpuProfile> profile(std::chrono::milliseconds duration);
    // Ends waits of profile(), for good.
    void stop();

    std::uint32_t hertz() const { return hertz_; }

private:
    void run();
    void hand_out(std::span<const stacks::CpuSample> samples);
    void forget(std::list<Listener>::iterator listener);

    const std::uint32_t hertz_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Listener> listeners_;
    bool stopping_ = false;
    std::unique_ptr<stacks::CpuSampler> sampler_;  // while there are listeners
    std::thread thread_;                           // from the first listener on
};

}  // namespace smew::profiling
