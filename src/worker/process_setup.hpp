#pragma once
// What a worker process does to itself before it reads its first message: nothing here depends on the workspace.

namespace smew::worker {

// Signals: the gateway decides when a worker ends, over the link; a write past RLIMIT_FSIZE or to a gone client is an
// error and no death. Memory: few malloc arenas, stacks of kThreadStackBytes. The gateway's environment, which may hold
// its admin key, is wiped; standard input and output become /dev/null. Call while the process has one thread.
void set_up_process();

}  // namespace smew::worker
