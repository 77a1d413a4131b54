#include "worker/memory_reserve.hpp"

#include <atomic>
#include <new>
#include <sys/resource.h>

namespace smew::worker {
namespace {

constexpr rlim_t kReserveBytes = 64U << 20;

std::atomic<bool> raised{false};

bool change_limit(bool up) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
    const rlim_t room = up ? limit.rlim_max - limit.rlim_cur : limit.rlim_cur;
    if (room < kReserveBytes) return false;  // all of it or nothing: what was raised is what is taken back
    limit.rlim_cur = up ? limit.rlim_cur + kReserveBytes : limit.rlim_cur - kReserveBytes;
    return ::setrlimit(RLIMIT_DATA, &limit) == 0;
}

bool raise() {
    if (raised.exchange(true)) return false;
    if (change_limit(true)) return true;
    raised = false;
    return false;
}

// Called by operator new, which then tries again. One that another thread was quicker to raise it for tries once more.
void on_failure() {
    thread_local bool tried_again = false;
    if (raise()) return;
    tried_again = !tried_again && raised;
    if (!tried_again) throw std::bad_alloc();
}

}  // namespace

void keep_memory_reserve() {
    std::set_new_handler(on_failure);
}

void restore_memory_reserve() {
    if (raised.exchange(false)) (void)change_limit(false);
}

}  // namespace smew::worker
