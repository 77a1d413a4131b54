#pragma once
// CPU profiles as pprof reads them: Protocol Buffers in gzip, with the names of functions looked up.
// Source: google/pprof, proto/profile.proto.

#include "stacks/cpu_profile.hpp"

#include <string>

namespace smew::profiling {

// Slow: reads this program's debug information.
std::string pprof_of(const stacks::CpuProfile& profile);

}  // namespace smew::profiling
