#pragma once
// What is left to tell when the process dies of a signal: the handler writes the stack into a file that was opened at
// the start, and another process makes a report of it.

#include "core/clock.hpp"
#include "stacks/stack.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::stacks {

// From now on SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT leave a dump in `fd`, which stays open, before they end the
// process. The addresses' modules are written at once: the handler could not find them out. On a stack of its own when
// it strikes the calling thread.
void leave_crash_dumps(int fd);
// Signals end the process as before.
void leave_no_crash_dumps();

struct CrashDump {
    int signal = 0, code = 0;
    std::uint64_t address = 0;  // of the fault
    std::int64_t thread = 0;
    WallTime at{};
    Stack stack;
    std::vector<Module> modules;

    std::string signal_name() const;  // "SIGSEGV"
    std::string description() const;  // "Segmentation fault at address 0x10"
};

// Text of what may be a stranger: a worker's memory may be in a tenant's hands. nullopt: nothing has crashed.
std::optional<CrashDump> read_crash_dump(std::string_view text);

}  // namespace smew::stacks
