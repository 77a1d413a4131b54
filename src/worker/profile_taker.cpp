#include "worker/profile_taker.hpp"

#include "stacks/cpu_profile.hpp"

namespace smew::worker {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBetweenLooks{200};  // the sampler has room for more

Error busy() {
    return {sqlstate::kObjectNotInPrerequisiteState, "a profile is being taken already", "", "Try again later."};
}

}  // namespace

ProfileTaker::~ProfileTaker() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ProfileTaker::take(const link::TakeProfile& order) {
    if (busy_.exchange(true)) {
        (void)channel_.send(link::ProfileTaken{.request = order.request, .error = busy(), .samples = {}});
        return;
    }
    if (thread_.joinable()) thread_.join();  // of the one before, which has ended
    try {
        thread_ = std::thread([this, order] {
            const link::ProfileTaken answer = taken(order);
            busy_ = false;
            (void)channel_.send(answer);  // a gateway that is gone is noticed elsewhere
        });
    } catch (const std::system_error& error) {  // no memory for its stack: no reason to end
        busy_ = false;
        const Error refused{sqlstate::kOutOfMemory, "no thread can be started", error.what()};
        (void)channel_.send(link::ProfileTaken{.request = order.request, .error = refused, .samples = {}});
    }
}

link::ProfileTaken ProfileTaker::taken(const link::TakeProfile& order) {
    link::ProfileTaken answer{.request = order.request};
    const auto sampler = stacks::CpuSampler::start(order.hertz);
    if (!sampler) {
        answer.error = busy();
        return answer;
    }
    stacks::CpuProfile profile{.begin = SystemClock().now(), .hertz = order.hertz};
    const auto begin = steady_clock::now();
    const auto end = begin + milliseconds(order.duration_ms);
    while (steady_clock::now() < end && wait(kBetweenLooks)) {
        for (const stacks::CpuSample& sample : sampler->take()) profile.add(sample);
    }
    profile.duration = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begin);
    profile.dropped = sampler->dropped();
    answer.samples = profile.text();
    return answer;
}

// False when it is to stop.
bool ProfileTaker::wait(milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace smew::worker
