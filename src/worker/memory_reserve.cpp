#include "worker/memory_reserve.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <sys/resource.h>

namespace smew::worker {
namespace {

constexpr rlim_t kReserveBytes = 64U << 20;

std::atomic<rlim_t> raised_by{0};

bool raise() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
    rlim_t none = 0;
    if (!raised_by.compare_exchange_strong(none, kReserveBytes)) return false;
    limit.rlim_cur = std::min(limit.rlim_max, limit.rlim_cur + kReserveBytes);
    return ::setrlimit(RLIMIT_DATA, &limit) == 0;
}

// Called by operator new, which then tries again. One that another thread was quicker to raise it for tries once more.
void on_failure() {
    thread_local bool tried_again = false;
    if (raise()) return;
    tried_again = !tried_again && raised_by != 0;
    if (!tried_again) throw std::bad_alloc();
}

}  // namespace

void keep_memory_reserve() {
    std::set_new_handler(on_failure);
}

void restore_memory_reserve() {
    const rlim_t raised = raised_by.exchange(0);
    rlimit limit{};
    if (raised == 0 || ::getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    limit.rlim_cur -= std::min(raised, limit.rlim_cur);
    (void)::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace smew::worker
