#pragma once
// The worker process: `smew worker` with the link on descriptor 3. Applies its sandbox, opens the instance, serves the
// sessions it is given (or runs load jobs) until told to stop.

namespace smew::worker {

// Runs to the end of the process's life; returns the exit code.
int run_worker(int link_fd);

}  // namespace smew::worker
