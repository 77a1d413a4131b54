#pragma once
// The worker process: `smew worker` with the link on descriptor 3, what it writes a crash into on 4 and its statements'
// records on 5. Applies its sandbox, opens the instance, serves the sessions it is given (or runs load jobs) until told
// to stop.

namespace smew::worker {

struct Descriptors {
    int link = -1;
    // Sealed memory of the gateway's. Anything else, as -1, is left alone: then there are no dumps and no records.
    int crash = -1, records = -1;
};

// Runs to the end of the process's life; returns the exit code.
int run_worker(const Descriptors& descriptors);

}  // namespace smew::worker
