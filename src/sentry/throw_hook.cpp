// Stands before the C++ runtime's __cxa_throw, which every `throw` calls: keeps the stack, then goes on to the real
// one. A `catch` far away has nothing left to look at.

#include "sentry/stack.hpp"

#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <typeinfo>

namespace smew::sentry {
namespace {

using Throw = void (*)(void*, std::type_info*, void (*)(void*));

std::atomic<bool> keeping{false};

// The last throws of a thread: an exception, the ones it nests, and those thrown and caught while it was on its way.
constexpr std::size_t kKept = 8;
struct Thrown {
    const void* object = nullptr;
    Stack stack;
};
struct LastThrows {
    std::array<Thrown, kKept> ring;
    std::size_t next = 0;
};
thread_local LastThrows last_throws;

Throw real_throw() {
    static const auto kReal = reinterpret_cast<Throw>(::dlsym(RTLD_NEXT, "__cxa_throw"));
    return kReal;
}

}  // namespace

void keep_stacks_of_exceptions() {
    keeping = true;
}

Stack stack_of(const std::exception_ptr& exception) {
    if (!exception) return {};
    // An exception_ptr is a pointer to the thrown object: there is no other name for it that lasts.
    const void* object = *reinterpret_cast<void* const*>(&exception);
    // The newest first: an address is used again when an earlier exception is gone.
    for (std::size_t age = 1; age <= kKept; ++age) {
        const Thrown& thrown = last_throws.ring[(last_throws.next + kKept - age) % kKept];
        if (thrown.object == object) return thrown.stack;
    }
    return {};
}

}  // namespace smew::sentry

// Under the name of the real one; gcc knows that name as a builtin of its own and refuses a plain definition.
extern "C" [[noreturn]] void smew_throw_hook(void* object, std::type_info* type,
                                             void (*destroy)(void*)) __asm__("__cxa_throw");

extern "C" void smew_throw_hook(void* object, std::type_info* type, void (*destroy)(void*)) {
    using namespace smew::sentry;
    if (keeping.load(std::memory_order_relaxed)) {
        auto& slot = last_throws.ring[last_throws.next++ % kKept];
        slot.object = object;
        slot.stack = current_stack(1);
    }
    real_throw()(object, type, destroy);
    std::abort();
}
