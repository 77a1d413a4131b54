#pragma once
// A worker as a process of the operating system: this program run again as `smew worker`, with its link on
// descriptor 3.

#include "core/error.hpp"
#include "core/fd.hpp"

#include <string>
#include <sys/types.h>

namespace smew::fleet {

inline constexpr int kWorkerLinkFd = 3;

struct Process {
    pid_t pid = -1;
    UniqueFd pidfd;  // readable once the process has ended
};

// Starts a worker in a process group of its own (a ^C at the terminal is the gateway's to handle). `link` is the
// worker's end of the socket pair. Of all descriptors the worker keeps only that one and 0 to 2.
Result<Process> spawn_worker(const UniqueFd& link);

// Takes the exit status of an ended process: "exit code 0", "signal 9 (Killed)".
std::string reap(const Process& process);

void kill_process(const Process& process);

// What it has in memory for itself alone; 0 when it cannot be told.
std::uint64_t private_memory(const Process& process);

}  // namespace smew::fleet
