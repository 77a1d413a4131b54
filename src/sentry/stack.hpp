#pragma once
// Stacks of return addresses. An exception's is taken where it is thrown: a hook in __cxa_throw keeps the last few of
// each thread. Names are looked up later and elsewhere (symbols.hpp).

#include <array>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

namespace smew::sentry {

inline constexpr std::size_t kMaxFrames = 48;

struct Stack {
    std::array<std::uintptr_t, kMaxFrames> pcs;  // the innermost first
    std::uint32_t size = 0;
    std::span<const std::uintptr_t> addresses() const { return {pcs.data(), size}; }
};

// A program or library as it lies in memory: what makes an address mean something elsewhere.
struct Module {
    std::string path, build_id;  // build_id in hexadecimal digits
    std::uintptr_t base = 0, size = 0;
};

// From the caller on, without `skip` frames above it. A microsecond or two.
Stack current_stack(std::size_t skip = 0);

// From then on the stacks of exceptions are kept. Off in a process that does not ask for it: a worker's engine throws
// for every value that does not convert.
void keep_stacks_of_exceptions();
// Of the throw of this exception, on the thread that threw it; empty when it is not known (any more).
Stack stack_of(const std::exception_ptr& exception);

// Of this process, now.
std::vector<Module> loaded_modules();

}  // namespace smew::sentry
