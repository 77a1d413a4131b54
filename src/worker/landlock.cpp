#include "worker/landlock.hpp"

#include "core/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace smew::worker {
namespace {

// What headers older than the kernel do not know; values of include/uapi/linux/landlock.h.
constexpr std::uint64_t kRefer = 1ULL << 13;     // version 2
constexpr std::uint64_t kTruncate = 1ULL << 14;  // version 3
constexpr std::uint64_t kIoctlDev = 1ULL << 15;  // version 5
constexpr std::uint64_t kBindTcp = 1ULL << 0, kConnectTcp = 1ULL << 1;
constexpr std::uint64_t kScopeAbstractUnix = 1ULL << 0, kScopeSignal = 1ULL << 1;
constexpr std::uint64_t kVersion1 = (1ULL << 13) - 1;

constexpr std::uint64_t kReading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWriting = kReading | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                   LANDLOCK_ACCESS_FS_MAKE_REG | kRefer | kTruncate;
constexpr std::uint64_t kForFiles = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

// The kernel takes the part of it that its version knows.
struct RulesetAttributes {
    std::uint64_t handled_files;
    std::uint64_t handled_network;
    std::uint64_t scoped;
};

std::size_t attribute_size(int version) {
    if (version >= 6) return sizeof(RulesetAttributes);
    return version >= 4 ? offsetof(RulesetAttributes, scoped) : offsetof(RulesetAttributes, handled_network);
}

std::uint64_t known_file_rights(int version) {
    std::uint64_t rights = kVersion1;
    if (version >= 2) rights |= kRefer;
    if (version >= 3) rights |= kTruncate;
    if (version >= 5) rights |= kIoctlDev;
    return rights;
}

Error failure(const std::string& what) {
    return {sqlstate::kSystemError, "Landlock: " + what + " failed", std::strerror(errno)};
}

Result<void> allow(int ruleset, const std::string& path, std::uint64_t rights) {
    const UniqueFd target(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!target) return failure("opening " + path);
    struct stat status {};
    if (::fstat(target.get(), &status) != 0) return failure("looking at " + path);
    if (!S_ISDIR(status.st_mode)) rights &= kForFiles;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights;
    rule.parent_fd = target.get();
    if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
        return failure("allowing " + path);
    }
    return {};
}

Result<void> allow_all(int ruleset, const AllowedPaths& paths, std::uint64_t known) {
    for (const std::string& path : paths.writable) {
        if (auto done = allow(ruleset, path, kWriting & known); !done) return done;
    }
    for (const std::string& path : paths.readable) {
        if (::access(path.c_str(), F_OK) != 0) continue;
        if (auto done = allow(ruleset, path, kReading & known); !done) return done;
    }
    return {};
}

}  // namespace

int landlock_version() {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return static_cast<int>(std::max(version, 0L));
}

Result<int> restrict_with_landlock(const AllowedPaths& paths) {
    const int version = landlock_version();
    if (version == 0) return Error{sqlstate::kSystemError, "this kernel has no Landlock, or it is switched off"};
    const std::uint64_t known = known_file_rights(version);
    const RulesetAttributes attributes{known, kBindTcp | kConnectTcp, kScopeAbstractUnix | kScopeSignal};
    const UniqueFd ruleset(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, attribute_size(version), 0)));
    if (!ruleset) return failure("making a ruleset");
    if (auto allowed = allow_all(ruleset.get(), paths, known); !allowed) return allowed.error();
    if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return failure("restricting the process");
    return version;
}

}  // namespace smew::worker
