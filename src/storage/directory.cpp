#include "storage/directory.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

namespace smew::storage {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool is_as_wanted(const struct stat& status, const Ownership& wanted) {
    const bool owner = !wanted.hand_over || (status.st_uid == wanted.uid && status.st_gid == wanted.gid);
    return owner && (status.st_mode & 07777) == wanted.mode;
}

// True when the directory has its owner and mode and both are on disk.
bool settle(const UniqueFd& directory, const Ownership& wanted) {
    struct stat status {};
    if (::fstat(directory.get(), &status) != 0) return false;
    if (is_as_wanted(status, wanted)) return true;
    if (wanted.hand_over && ::fchown(directory.get(), wanted.uid, wanted.gid) != 0) return false;
    // After fchown, which clears bits of the mode.
    return ::fchmod(directory.get(), wanted.mode) == 0 && ::fsync(directory.get()) == 0;
}

}  // namespace

Error io_error(std::string_view what, const std::filesystem::path& path, int error_number) {
    const bool full = error_number == ENOSPC || error_number == EDQUOT;
    return {.code = full ? sqlstate::kDiskFull : sqlstate::kIoError,
            .message = "cannot " + std::string(what) + " " + path.string() + ": " +
                       std::generic_category().message(error_number)};
}

Result<UniqueFd> open_directory(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), kDirectoryFlags));
    if (!fd) return io_error("open", path, errno);
    return fd;
}

Result<UniqueFd> make_directory(const UniqueFd& parent, const std::string& name, const Ownership& ownership) {
    // Nobody gets in before it has its owner and mode.
    const bool made = ::mkdirat(parent.get(), name.c_str(), S_IRWXU) == 0;
    if (!made && errno != EEXIST) return io_error("make directory", name, errno);
    UniqueFd fd(::openat(parent.get(), name.c_str(), kDirectoryFlags));
    if (!fd) return io_error("open directory", name, errno);
    if (!settle(fd, ownership)) return io_error("set owner and mode of directory", name, errno);
    if (made && ::fsync(parent.get()) != 0) return io_error("sync the parent of", name, errno);
    return fd;
}

Result<void> sync_directory(const UniqueFd& directory, const std::filesystem::path& path) {
    if (::fsync(directory.get()) != 0) return io_error("sync", path, errno);
    return {};
}

std::vector<std::string> names_in(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    std::error_code failed;
    std::filesystem::directory_iterator entry(directory, failed);
    while (!failed && entry != std::filesystem::directory_iterator()) {
        names.push_back(entry->path().filename().string());
        entry.increment(failed);
    }
    return names;
}

}  // namespace smew::storage
