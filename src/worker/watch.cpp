#include "worker/watch.hpp"

namespace smew::worker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAllBusy{2};  // a thread that is inside one run() for two looks counts as stuck
constexpr milliseconds kActive{10};
constexpr milliseconds kIdle{1'000};
constexpr milliseconds kCheckEvery{50};
constexpr milliseconds kReportEvery{1'000};
constexpr milliseconds kRestAfter{2'000};
constexpr milliseconds kTidyEvery{10'000};

}  // namespace

Watch::Watch(SessionPool& pool, Duties duties)
    : pool_(pool),
      duties_(std::move(duties)),
      next_tidy_(std::chrono::steady_clock::now() + kTidyEvery),
      thread_(&Watch::run, this) {}

Watch::~Watch() {
    stop();
}

void Watch::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_one();
}

void Watch::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Watch::run() {
    Interval next = kActive;  // the first look; from then on what is seen decides
    while (wait(next)) {
        turn(std::chrono::steady_clock::now());
        next = interval(last_);
    }
}

bool Watch::wait(Interval interval) {
    std::unique_lock lock(mutex_);
    const auto called = [this] { return woken_ || stopping_; };
    if (interval) {
        changed_.wait_for(lock, *interval, called);
    } else {
        changed_.wait(lock, called);
    }
    woken_ = false;
    return !stopping_;
}

void Watch::turn(Time now) {
    last_ = pool_.look();
    if (last_.active) {
        last_active_ = now;
        unreported_ = unrested_ = true;
    }
    if (now >= next_check_) {
        duties_.check_deadlines(now);
        next_check_ = now + kCheckEvery;
    }
    if (unreported_ && now >= next_report_) {
        duties_.report();
        next_report_ = now + kReportEvery;
        unreported_ = last_.busy > 0;
    }
    if (last_.active && now >= next_tidy_) {
        duties_.tidy();
        next_tidy_ = now + kTidyEvery;
    }
    if (unrested_ && now >= last_active_ + kRestAfter) {
        duties_.rest();
        unrested_ = false;
    }
}

Watch::Interval Watch::interval(const SessionPool::Look& look) {
    if (look.busy > 0 && look.busy == look.threads) return kAllBusy;
    if (look.active || !pool_.quiet()) return kActive;
    if (unreported_ || unrested_ || pool_.size() > 0) return kIdle;
    return std::nullopt;
}

}  // namespace smew::worker
