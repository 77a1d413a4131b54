#include "app/data_dir.hpp"

#include "core/error.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace smew::app {
namespace {

// Others may pass through, as workers with users of their own must, but not look around.
constexpr auto kDataDirMode =
    std::filesystem::perms::owner_all | std::filesystem::perms::group_exec | std::filesystem::perms::others_exec;

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int error) {
    throw ErrorException({sqlstate::kIoError, what + " " + path.string() + ": " + std::strerror(error)});
}

std::filesystem::path made(const std::filesystem::path& path) {
    std::error_code error;
    const bool is_new = std::filesystem::create_directories(path, error);
    if (!error && is_new) std::filesystem::permissions(path, kDataDirMode, error);
    std::filesystem::path absolute;
    if (!error) absolute = std::filesystem::canonical(path, error);
    if (error) fail("cannot make the data directory", path, error.value());
    return absolute;
}

UniqueFd open_private(const std::filesystem::path& path, int flags) {
    UniqueFd file(::open(path.c_str(), flags | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!file) fail("cannot open", path, errno);
    return file;
}

void write_all(const UniqueFd& file, std::string_view content, const std::filesystem::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(file.get(), content.data(), content.size());
        if (written < 0 && errno != EINTR) fail("cannot write", path, errno);
        if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string holder(const UniqueFd& lock) {
    std::array<char, 32> text{};
    const ssize_t length = ::pread(lock.get(), text.data(), text.size(), 0);
    return length > 0 ? " (process " + std::string(text.data(), std::strcspn(text.data(), "\n")) + ")" : "";
}

UniqueFd locked(const std::filesystem::path& directory) {
    const std::filesystem::path path = directory / "lock";
    UniqueFd lock = open_private(path, O_RDWR);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) fail("cannot lock", path, errno);
        throw ErrorException({sqlstate::kObjectNotInPrerequisiteState,
                              "the data directory " + directory.string() + " is in use by another smew" + holder(lock),
                              "", "Stop that server, or choose another --data-dir."});
    }
    if (::ftruncate(lock.get(), 0) != 0) fail("cannot write", path, errno);
    write_all(lock, std::to_string(::getpid()) + "\n", path);
    return lock;
}

void sync_directory(const std::filesystem::path& directory) {
    const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) fail("cannot flush", directory, errno);
}

}  // namespace

DataDir::DataDir(const std::string& path) : path_(made(path)), lock_(locked(path_)) {}

void DataDir::write_private(std::string_view name, std::string_view content) const {
    const std::filesystem::path target = path_ / name;
    const std::filesystem::path temporary = target.string() + ".new";
    ::unlink(temporary.c_str());  // of a run that was cut off
    {
        const UniqueFd file = open_private(temporary, O_WRONLY | O_EXCL);
        write_all(file, content, temporary);
        if (::fsync(file.get()) != 0) fail("cannot flush", temporary, errno);
    }
    if (::rename(temporary.c_str(), target.c_str()) != 0) fail("cannot write", target, errno);
    sync_directory(path_);
}

}  // namespace smew::app
