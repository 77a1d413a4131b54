#pragma once
// The memory of the machine, or of the control group this process is confined to.

#include <cstdint>
#include <string>

namespace smew::fleet {

struct MachineMemory {
    std::uint64_t total = 0, available = 0;  // bytes; 0: it cannot be told
};

// `root`: where /proc and /sys are, for tests.
MachineMemory read_machine_memory(const std::string& root = "");

}  // namespace smew::fleet
