#include "observe/rotating_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace smew::observe {
namespace {

// What is written in pieces of this size comes fast enough to be worth room in advance: with it the file system takes a
// third of the time for it.
constexpr std::size_t kMuch = 64U << 10;
constexpr std::uint64_t kReserved = 16U << 20;

Error failed(const std::string& path, int reason) {
    const bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
    return {full ? sqlstate::kDiskFull : sqlstate::kIoError, "cannot write " + path + ": " + std::strerror(reason)};
}

}  // namespace

RotatingFile::RotatingFile(std::string path, Bytes max_size, int count)
    : path_(std::move(path)), max_size_(max_size.count), count_(count) {}

Result<void> RotatingFile::open() {
    if (path_ == "stdout" || path_ == "stderr") {
        fd_ = path_ == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
        return {};
    }
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
    // Statements may hold what not everybody on the machine is to read.
    own_.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!own_) return failed(path_, errno);
    fd_ = own_.get();
    struct stat found {};
    size_ = ::fstat(fd_, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
    return {};
}

void RotatingFile::rotate() {
    std::error_code ignored;
    const auto name = [this](int number) { return number == 0 ? path_ : path_ + "." + std::to_string(number); };
    // Each takes the place of the one before it, so that whoever looks meanwhile misses none but the oldest.
    for (int number = count_ - 1; number > 0; --number)
        std::filesystem::rename(name(number - 1), name(number), ignored);
    if (count_ == 1) std::filesystem::remove(path_, ignored);
    close();
}

Result<void> RotatingFile::append(std::string_view lines) {
    if (fd_ < 0) {
        if (const Result<void> opened = open(); !opened) return opened;
    }
    if (own_ && size_ > 0 && size_ + lines.size() > max_size_) {
        rotate();
        if (const Result<void> opened = open(); !opened) return opened;
    }
    reserve(lines.size());
    return write(lines);
}

// A file system that cannot do it is left alone: it is no error, and a full disk shows in what is written.
void RotatingFile::reserve(std::size_t more) {
    if (!own_ || more < kMuch || size_ + more <= reserved_) return;
    const std::uint64_t end = std::max(size_ + more, std::min(size_ + kReserved, max_size_));
    const auto length = static_cast<off_t>(end - size_);
    if (::fallocate(own_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(size_), length) == 0) reserved_ = end;
}

void RotatingFile::close() {
    // Gives back what was reserved and not used.
    if (own_ && reserved_ > size_) (void)!::ftruncate(own_.get(), static_cast<off_t>(size_));
    own_.reset();
    fd_ = -1;
    reserved_ = 0;
}

Result<void> RotatingFile::write(std::string_view lines) {
    const std::uint64_t before = size_;
    while (!lines.empty()) {
        const ssize_t count = ::write(fd_, lines.data(), lines.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const int reason = errno;
            // Half a line would spoil the next one.
            if (own_ && ::ftruncate(fd_, static_cast<off_t>(before)) == 0) size_ = before;
            close();
            return failed(path_, reason);
        }
        size_ += static_cast<std::uint64_t>(count);
        lines.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace smew::observe
