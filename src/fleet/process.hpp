#pragma once
// A worker as a process of the operating system: this program run again as `smew worker`, with its link on
// descriptor 3, its crash paper on 4 and its statements' records on 5.

#include "core/error.hpp"
#include "core/fd.hpp"

#include <string>
#include <sys/types.h>

namespace smew::fleet {

inline constexpr int kWorkerLinkFd = 3;
inline constexpr int kWorkerCrashFd = 4;
inline constexpr int kWorkerRecordsFd = 5;
inline constexpr int kWorkerFds = 6;  // of these and 0 to 2

struct Process {
    pid_t pid = -1;
    UniqueFd pidfd;  // readable once the process has ended
};

// Memory that a worker writes its crash dump into (stacks/crash_dump.hpp), and that outlives it. Of fixed size: more
// the worker cannot make of it. Without one (-1: no memory, no descriptors) its crash has no stack to tell.
UniqueFd make_crash_paper();
std::string read_crash_paper(const UniqueFd& paper);

// Starts a worker in a process group of its own (a ^C at the terminal is the gateway's to handle). `link` is the
// worker's end of the socket pair, `records` its RecordRing's, or -1. Of all descriptors the worker keeps only these
// and 0 to 2.
Result<Process> spawn_worker(const UniqueFd& link, const UniqueFd& crash_paper, int records);

// Takes the exit status of an ended process: "exit code 0", "signal 9 (Killed)".
std::string reap(const Process& process);

void kill_process(const Process& process);

// What it has in memory for itself alone; 0 when it cannot be told.
std::uint64_t private_memory(const Process& process);

}  // namespace smew::fleet
