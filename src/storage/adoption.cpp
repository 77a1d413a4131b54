// How a file that a loader made becomes a version: opened once, checked and sealed through that descriptor, renamed,
// and looked at again under its new name, where the loader cannot reach it any more.

#include "core/random.hpp"
#include "storage/directory.hpp"
#include "storage/versions.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace smew::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTokenLength = 32;
constexpr mode_t kSealedForGroup = 0440;
constexpr mode_t kSealed = 0444;

struct Seal {
    uid_t loader = 0;  // who may have made the file; 0: smew's own user
    gid_t group = 0;   // who may read it; 0: left as it is
};

Error refused(const fs::path& file, std::string_view reason) {
    return {.code = sqlstate::kIoError,
            .message = "the loader's output " + file.filename().string() + " was refused: " + std::string(reason)};
}

Result<void> check_output(const UniqueFd& fd, const fs::path& file, uid_t loader) {
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return io_error("look at", file, errno);
    if (!S_ISREG(status.st_mode)) return refused(file, "it is no regular file");
    if (status.st_nlink != 1) return refused(file, "it has another name as well");
    if (status.st_uid != loader && status.st_uid != ::geteuid()) return refused(file, "it belongs to somebody else");
    return {};
}

Result<UniqueFd> open_output(const UniqueFd& staging, const fs::path& file, uid_t loader) {
    // O_NONBLOCK: opening a FIFO would wait for its writer.
    constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    UniqueFd fd(::openat(staging.get(), file.filename().c_str(), kFlags));
    if (!fd) return io_error("open the loader's output", file, errno);
    if (auto checked = check_output(fd, file, loader); !checked) return checked.error();
    return fd;
}

Result<void> seal(const UniqueFd& fd, const fs::path& file, const Seal& seal) {
    if (seal.group != 0 && ::fchown(fd.get(), ::geteuid(), seal.group) != 0) {
        return io_error("set the owner of", file, errno);
    }
    if (::fchmod(fd.get(), seal.group != 0 ? kSealedForGroup : kSealed) != 0) {
        return io_error("set the mode of", file, errno);
    }
    // Once more: until it changed hands the loader could give it a second name.
    if (auto checked = check_output(fd, file, ::geteuid()); !checked) return checked;
    if (::fsync(fd.get()) != 0) return io_error("sync", file, errno);
    return {};
}

bool is_same_file(const UniqueFd& fd, const UniqueFd& directory, const std::string& name) {
    struct stat opened {
    }, named{};
    return ::fstat(fd.get(), &opened) == 0 &&
           ::fstatat(directory.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// The file's name in `versions`.
Result<std::string> move_output(const UniqueFd& fd, const UniqueFd& staging, const UniqueFd& versions,
                                const fs::path& file) {
    std::string name = random_token(kTokenLength) + ".duckdb";
    if (::renameat2(staging.get(), file.filename().c_str(), versions.get(), name.c_str(), RENAME_NOREPLACE) != 0) {
        return io_error("move", file, errno);
    }
    if (!is_same_file(fd, versions, name)) {
        ::unlinkat(versions.get(), name.c_str(), 0);
        return refused(file, "it was replaced while it was looked at");
    }
    return name;
}

}  // namespace

Result<std::string> Versions::adopt(std::int64_t project, const fs::path& staging_file) const {
    const fs::path file = staging_file.lexically_normal();
    if (file.parent_path() != layout_.staging_dir(project)) {
        return refused(file, "it does not lie in the project's staging directory");
    }
    const auto staging = open_directory(file.parent_path());
    if (!staging) return staging.error();
    const auto versions = open_directory(layout_.versions_dir(project));
    if (!versions) return versions.error();

    const Seal owners{.loader = layout_.loader_uid(project), .group = layout_.project_gid(project)};
    const auto fd = open_output(*staging, file, owners.loader);
    if (!fd) return fd.error();
    if (auto sealed = seal(*fd, file, owners); !sealed) return sealed.error();
    const auto name = move_output(*fd, *staging, *versions, file);
    if (!name) return name.error();
    if (auto synced = sync_directory(*versions, layout_.versions_dir(project)); !synced) return synced.error();
    return layout_.relative(layout_.versions_dir(project) / *name);
}

}  // namespace smew::storage
