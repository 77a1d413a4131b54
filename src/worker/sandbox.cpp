#include "worker/sandbox.hpp"

#include "worker/landlock.hpp"
#include "worker/limits.hpp"
#include "worker/syscall_filter.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace smew::worker {
namespace {

Error failure(const std::string& what) {
    return {sqlstate::kSystemError, "the worker cannot " + what, std::strerror(errno)};
}

Result<void> change_user(const link::Start& start) {
    if (start.uid == 0 && start.gid == 0) return {};
    if (::setgroups(0, nullptr) != 0) return failure("leave the gateway's groups");
    if (start.gid != 0 && ::setresgid(start.gid, start.gid, start.gid) != 0) {
        return failure("become group " + std::to_string(start.gid));
    }
    if (start.uid != 0 && ::setresuid(start.uid, start.uid, start.uid) != 0) {
        return failure("become user " + std::to_string(start.uid));
    }
    return {};
}

// Also of root, when the gateway runs as root without users of its own for workers: owning files needs none.
Result<void> drop_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, 2> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) return failure("drop its capabilities");
    return {};
}

Result<void> refuse_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure("refuse new privileges");
    // Workers may share a user: none reads another's memory.
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failure("hide its memory");
    return {};
}

AllowedPaths allowed_paths(const link::Start& start) {
    AllowedPaths paths;
    paths.writable = {start.writable_dir};
    for (const std::string* path : {&start.versions_dir, &start.files_dir}) {
        if (!path->empty()) paths.readable.push_back(*path);
    }
    // DuckDB sizes itself by the control group when it opens, and ends the process when it may not read these.
    paths.readable.insert(paths.readable.end(), {"/proc/self/cgroup", "/sys/fs/cgroup", "/sys/devices/system/cpu",
                                                 "/usr/share/zoneinfo", "/etc/localtime"});
    return paths;
}

void add(std::string& list, const std::string& item) {
    if (!list.empty()) list += ',';
    list += item;
}

Result<std::string> restrict(const link::Start& start) {
    std::string in_force;
    if (start.sandbox == link::Sandbox::kOff) return std::string("off");
    const Result<int> landlock = restrict_with_landlock(allowed_paths(start));
    if (!landlock && start.sandbox == link::Sandbox::kRequired) {
        Error error = landlock.error();
        error.hint = "Use a kernel with Landlock (5.13 or newer), or set worker_sandbox to preferred.";
        return error;
    }
    add(in_force, landlock ? "landlock-" + std::to_string(*landlock) : "no landlock");
    add(in_force, install_syscall_filter() ? "seccomp" : "no seccomp");
    return in_force;
}

}  // namespace

Result<std::string> enter_sandbox(const link::Start& start) {
    if (auto done = apply_limits(start); !done) return done.error();
    if (auto done = change_user(start); !done) return done.error();
    if (auto done = refuse_privileges(); !done) return done.error();
    if (auto done = drop_capabilities(); !done) return done.error();
    auto in_force = restrict(start);
    if (in_force && start.uid != 0) add(*in_force, "uid=" + std::to_string(start.uid));
    return in_force;
}

}  // namespace smew::worker
