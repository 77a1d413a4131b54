#include "worker/working_dir.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <utility>

namespace smew::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kStatBlock = 512;  // the unit of st_blocks, whatever the file system's own is

std::uint64_t allocated(const fs::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    return static_cast<std::uint64_t>(status.st_blocks) * kStatBlock;
}

}  // namespace

Result<TempDir> TempDir::create(std::string path) {
    std::error_code failed;
    fs::remove_all(path, failed);
    if (!failed) fs::create_directories(path, failed);
    if (failed) return Error{sqlstate::kIoError, "cannot make the directory for temporary files", failed.message()};
    return TempDir(std::move(path));
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir::~TempDir() {
    std::error_code ignored;  // the next start empties it
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

Bytes disk_usage(const std::string& dir) {
    std::uint64_t total = 0;
    std::error_code failed;
    fs::recursive_directory_iterator entry(dir, fs::directory_options::skip_permission_denied, failed);
    for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed))
        total += allocated(entry->path());
    return {total};
}

}  // namespace smew::worker
