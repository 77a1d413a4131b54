#pragma once
// The walls around a worker, put up before its engine opens: limits, user, capabilities, Landlock, system call filter.

#include "core/error.hpp"
#include "link/messages.hpp"

#include <string>

namespace smew::worker {

// Returns what is in force, as "landlock-7,seccomp,uid=200001". An error when a limit or the user cannot be set, or
// when start.sandbox is kRequired and the kernel refuses Landlock. The process must have one thread.
Result<std::string> enter_sandbox(const link::Start& start);

}  // namespace smew::worker
