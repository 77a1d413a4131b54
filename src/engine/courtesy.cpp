#include "engine/courtesy.hpp"

#include <sys/resource.h>

namespace smew::engine {
namespace {

// A third of the share of a thread at 0. Much more would let a busy neighbour starve a statement that others wait for.
constexpr int kNice = 5;

// RLIMIT_NICE counts from 20 down to the nicest: 20 allows 0 again.
bool may_return() {
    static const bool may = [] {
        rlimit limit{};
        return ::getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur >= 20 && ::getpriority(PRIO_PROCESS, 0) == 0;
    }();
    return may;
}

}  // namespace

void give_way() {
    (void)::setpriority(PRIO_PROCESS, 0, kNice);  // of the thread: Linux
}

Courtesy::Courtesy(bool large) : gives_way_(large && may_return()) {
    if (gives_way_) give_way();
}

Courtesy::~Courtesy() {
    if (gives_way_) (void)::setpriority(PRIO_PROCESS, 0, 0);
}

}  // namespace smew::engine
