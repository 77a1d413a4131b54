#include "profiling/profiler.hpp"

namespace smew::profiling {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};  // the sampler has room for more

}  // namespace

Profiler::~Profiler() {
    stop();
    if (thread_.joinable()) thread_.join();
}

void Profiler::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
}

std::shared_ptr<void> Profiler::listen(Listener listener) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return nullptr;
    if (!sampler_) sampler_ = stacks::CpuSampler::start(hertz_);
    if (!sampler_) return nullptr;
    listeners_.push_back(std::move(listener));
    if (!thread_.joinable()) thread_ = std::thread(&Profiler::run, this);
    changed_.notify_all();
    // Not null: who gets it asks whether it is.
    return {static_cast<void*>(this), [this, place = std::prev(listeners_.end())](void*) { forget(place); }};
}

// What was sampled so far still goes to the one who leaves.
void Profiler::forget(std::list<Listener>::iterator listener) {
    const std::lock_guard lock(mutex_);
    if (sampler_) hand_out(sampler_->take());
    listeners_.erase(listener);
    if (listeners_.empty()) sampler_.reset();
}

void Profiler::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        changed_.wait(lock, [this] { return stopping_ || sampler_; });
        changed_.wait_for(lock, kBetweenLooks, [this] { return stopping_; });
        if (sampler_) hand_out(sampler_->take());
    }
}

void Profiler::hand_out(std::span<const stacks::CpuSample> samples) {
    if (samples.empty()) return;
    for (const Listener& listener : listeners_) listener(samples);
}

Result<stacks::CpuProfile> Profiler::profile(std::chrono::milliseconds duration) {
    using std::chrono::steady_clock;
    stacks::CpuProfile profile{.begin = SystemClock().now(), .hertz = hertz_, .modules = stacks::loaded_modules()};
    const auto begin = steady_clock::now();
    auto listening = listen([&profile](std::span<const stacks::CpuSample> samples) {
        for (const stacks::CpuSample& sample : samples) profile.add(sample);
    });
    if (!listening) {
        return Error{sqlstate::kObjectNotInPrerequisiteState, "no profile can be taken now", "",
                     "The server stops, or the system gives it no timer."};
    }
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, duration, [this] { return stopping_; });
    }
    listening.reset();
    profile.duration = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begin);
    return profile;
}

}  // namespace smew::profiling
