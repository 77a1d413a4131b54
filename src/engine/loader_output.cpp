#include "engine/loader_output.hpp"

#include "core/fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace smew::engine::loader {
namespace {

constexpr std::size_t kCopyStep = 16U << 20;  // between two looks at the cancel flag
constexpr mode_t kMode = 0644;

Error io_error(const std::string& what, int number) {
    const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    return Error{full ? sqlstate::kDiskFull : sqlstate::kIoError,
                 what + ": " + std::error_code(number, std::generic_category()).message()};
}

Result<void> write_all(int out, const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t written = ::write(out, data, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return io_error("the output file could not be written", errno);
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return {};
}

// One step of a copy through memory: how many bytes, 0 at the end.
Result<std::size_t> copy_step(int in, int out, std::vector<char>& buffer) {
    buffer.resize(1U << 20);
    const ssize_t got = ::read(in, buffer.data(), buffer.size());
    if (got < 0) return io_error("the current version could not be read", errno);
    if (auto written = write_all(out, buffer.data(), static_cast<std::size_t>(got)); !written) return written.error();
    return static_cast<std::size_t>(got);
}

Result<void> copy_all(int in, int out, const std::atomic<bool>& cancel) {
    bool in_kernel = true;  // until the file system says it cannot
    std::vector<char> buffer;
    while (true) {
        if (cancel) return Error{sqlstate::kQueryCanceled, "the job was cancelled"};
        if (in_kernel) {
            const ssize_t copied = ::copy_file_range(in, nullptr, out, nullptr, kCopyStep, 0);
            if (copied == 0) return {};
            if (copied > 0) continue;
            if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO) {
                return io_error("the current version could not be copied", errno);
            }
            in_kernel = false;  // both descriptors stand where the last step ended
        }
        auto step = copy_step(in, out, buffer);
        if (!step) return step.error();
        if (*step == 0) return {};
    }
}

Result<void> sync_directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // The directory may be closed to the sandbox; publishing renames the file and makes that durable anyway.
    if (fd && ::fsync(fd.get()) != 0 && errno == EIO)
        return io_error("the output file could not be made durable", errno);
    return {};
}

}  // namespace

Result<OutputFile> OutputFile::claim(const std::string& path) {
    struct stat status {};
    if (path.empty()) return Error{sqlstate::kInternalError, "the job names no output file"};
    if (::lstat(path.c_str(), &status) == 0) return Error{sqlstate::kIoError, "the output file exists already"};
    if (errno != ENOENT) return io_error("the output file could not be made", errno);
    return OutputFile(path);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), owned_(std::exchange(other.owned_, false)) {}

OutputFile::~OutputFile() {
    if (!owned_) return;
    for (const char* suffix : {"", ".wal", ".wal.checkpoint", ".wal.recovery"}) ::unlink((path_ + suffix).c_str());
}

Result<void> OutputFile::copy_from(const std::string& source, const std::atomic<bool>& cancel) {
    const UniqueFd in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in) return io_error("the current version could not be opened", errno);
    const UniqueFd out(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
    if (!out) return io_error("the output file could not be made", errno);
    return copy_all(in.get(), out.get(), cancel);
}

Result<Bytes> OutputFile::finish() {
    const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return io_error("the output file could not be opened", errno);
    if (::fsync(fd.get()) != 0) return io_error("the output file could not be made durable", errno);
    if (auto synced = sync_directory_of(path_); !synced) return synced.error();
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return io_error("the output file could not be read", errno);
    owned_ = false;
    return Bytes{static_cast<std::uint64_t>(status.st_size)};
}

Result<void> require_file(const std::string& path, const std::string& what) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return io_error(what + " could not be read", errno);
    if (!S_ISREG(status.st_mode)) return Error{sqlstate::kIoError, what + " is not a regular file"};
    return {};
}

Bytes file_size(const std::string& path) {
    struct stat status {};
    if (path.empty() || ::stat(path.c_str(), &status) != 0 || status.st_size < 0) return {};
    return Bytes{static_cast<std::uint64_t>(status.st_size)};
}

}  // namespace smew::engine::loader
