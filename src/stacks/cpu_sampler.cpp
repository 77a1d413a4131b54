#include "stacks/cpu_sampler.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sys/time.h>
#include <unistd.h>

namespace smew::stacks {
namespace {

constexpr std::size_t kSlots = 2048;  // 0.9 MB

// Handed from the handler, which may run on all threads at once, to the one that takes.
enum class State : std::uint8_t { kFree, kBeingWritten, kFull };
struct Slot {
    std::atomic<State> state{State::kFree};
    std::int64_t thread = 0;
    timespec at{};
    Stack stack;
};
struct Ring {
    std::array<Slot, kSlots> slots;
    std::atomic<std::uint64_t> next{0}, dropped{0};
    std::uint64_t taken = 0;
};

// Made with the first sampler and kept: a signal may be on its way when the last one ends.
std::atomic<Ring*> ring{nullptr};
std::atomic<bool> sampling{false};

extern "C" void take_sample(int, siginfo_t*, void* context) {
    if (!sampling.load(std::memory_order_relaxed)) return;
    const int error = errno;
    Ring& to = *ring.load(std::memory_order_acquire);
    Slot& slot = to.slots[to.next.fetch_add(1, std::memory_order_relaxed) % kSlots];
    State expected = State::kFree;
    if (slot.state.compare_exchange_strong(expected, State::kBeingWritten, std::memory_order_acquire)) {
        slot.thread = ::gettid();
        ::clock_gettime(CLOCK_REALTIME, &slot.at);
        slot.stack = struck_stack(context);
        slot.state.store(State::kFull, std::memory_order_release);
    } else {
        to.dropped.fetch_add(1, std::memory_order_relaxed);
    }
    errno = error;
}

bool set_timer(std::uint32_t hertz) {
    const auto step = static_cast<suseconds_t>(hertz == 0 ? 0 : 1'000'000 / hertz);
    const itimerval timer{.it_interval = {0, step}, .it_value = {0, step}};
    return ::setitimer(ITIMER_PROF, &timer, nullptr) == 0;
}

// For good: by default the signal would end the process.
void install() {
    (void)current_stack();  // the first call may load a library
    ring.store(new Ring, std::memory_order_release);
    struct sigaction action {};
    action.sa_sigaction = take_sample;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGPROF, &action, nullptr);
}

}  // namespace

std::unique_ptr<CpuSampler> CpuSampler::start(std::uint32_t hertz) {
    bool off = false;
    if (!sampling.compare_exchange_strong(off, true)) return nullptr;
    if (ring.load() == nullptr) install();
    std::unique_ptr<CpuSampler> sampler(new CpuSampler);
    (void)sampler->take();  // what came when the last one had ended
    ring.load()->dropped = 0;
    return set_timer(hertz) ? std::move(sampler) : nullptr;
}

CpuSampler::~CpuSampler() {
    set_timer(0);
    sampling = false;
}

std::vector<CpuSample> CpuSampler::take() {
    std::vector<CpuSample> samples;
    Ring& from = *ring.load();
    const std::uint64_t end = from.next.load(std::memory_order_acquire);
    if (end - from.taken > kSlots) from.taken = end - kSlots;
    for (; from.taken < end; ++from.taken) {
        Slot& slot = from.slots[from.taken % kSlots];
        const State state = slot.state.load(std::memory_order_acquire);
        if (state == State::kBeingWritten) break;  // with the next
        if (state != State::kFull) continue;
        const auto since = std::chrono::seconds(slot.at.tv_sec) + std::chrono::nanoseconds(slot.at.tv_nsec);
        samples.push_back({.thread = slot.thread,
                           .at = WallTime(std::chrono::duration_cast<WallTime::duration>(since)),
                           .stack = slot.stack});
        slot.state.store(State::kFree, std::memory_order_release);
    }
    return samples;
}

std::uint64_t CpuSampler::dropped() const {
    return ring.load()->dropped.load();
}

}  // namespace smew::stacks
