#pragma once
// What this process uses of the machine, read from /proc.

#include <cstdint>

namespace smew::telemetry {

struct ProcessUsage {
    double cpu_seconds = 0;         // user and system
    double start_time_seconds = 0;  // since 1970
    std::uint64_t resident_bytes = 0, virtual_bytes = 0;
    std::uint64_t open_fds = 0, max_fds = 0;
};

// What cannot be read stays 0.
ProcessUsage read_process_usage();

}  // namespace smew::telemetry
