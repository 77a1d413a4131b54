#pragma once
// What the tested server uses of its machine: a process and all its descendants by /proc, or what its /metrics say.
// Reads files and sockets, so it runs on a thread of its own.

#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace smew::load {

struct ServerUsage {
    double at_s = 0;  // steady clock, for rates of CPU time
    double cpu_seconds = 0;
    double resident_bytes = 0, open_fds = 0, threads = 0, processes = 0;
};

class ServerProbe {
public:
    // `pid` 0 and `metrics_url` empty: there is nothing to ask. With both, the process is asked.
    ServerProbe(int pid, std::string metrics_url) : pid_(pid), metrics_url_(std::move(metrics_url)) {}

    bool asks() const { return pid_ > 0 || !metrics_url_.empty(); }
    // Nothing when the process is gone or the page does not answer within a second.
    std::optional<ServerUsage> sample() const;
    // Error 22023 when the first sample fails: a wrong pid or address is to be said before the run, not after it.
    Result<void> check() const;

private:
    int pid_;
    std::string metrics_url_;
};

}  // namespace smew::load
