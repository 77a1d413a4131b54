#pragma once
// The worker process: `smew worker` with the link on descriptor 3 and what it writes a crash into on 4. Applies its
// sandbox, opens the instance, serves the sessions it is given (or runs load jobs) until told to stop.

namespace smew::worker {

// Runs to the end of the process's life; returns the exit code. `crash_fd`: sealed memory of the gateway's; anything
// else, as -1, is left alone.
int run_worker(int link_fd, int crash_fd);

}  // namespace smew::worker
