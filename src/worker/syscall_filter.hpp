#pragma once
// A seccomp filter that refuses (EPERM) what a worker never needs and an attacker would: other processes, programs,
// mounts, namespaces, new sockets, kernel interfaces known for their holes. It allows what it does not name, so that it
// cannot break the engine; the walls are Landlock, the user and the limits, this makes them smaller to attack.

#include "core/error.hpp"

namespace smew::worker {

// Needs no-new-privileges. Binds the calling thread and those it starts later.
Result<void> install_syscall_filter();

}  // namespace smew::worker
