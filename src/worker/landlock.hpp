#pragma once
// Landlock: the kernel's rule that a process sets for itself and cannot lift
// (Documentation/userspace-api/landlock.rst). Everything it knows of is refused but the paths given. Binds the calling
// thread and those it starts later, so it comes before the first of them.

#include "core/error.hpp"

#include <string>
#include <vector>

namespace smew::worker {

struct AllowedPaths {
    std::vector<std::string> writable;  // directories: everything in them but devices and execution
    std::vector<std::string> readable;  // files and directories; one that does not exist is left out
};

// The version of the kernel's interface, 0 when it has none.
int landlock_version();

// Restricts this process to `paths`, refuses new TCP connections and listeners (version 4 and newer), and keeps it from
// signalling and reaching abstract sockets of others (6). Needs no-new-privileges. Returns the version in force.
Result<int> restrict_with_landlock(const AllowedPaths& paths);

}  // namespace smew::worker
