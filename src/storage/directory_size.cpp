#include "core/fd.hpp"
#include "storage/layout.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>

namespace smew::storage {
namespace {

constexpr int kMaxDepth =
    64;  // of directories a worker made: deeper ones are not counted, and open no more descriptors

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

DirectoryStream open_stream(int parent, const char* name) {
    UniqueFd fd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return nullptr;
    DirectoryStream stream(::fdopendir(fd.get()));
    if (stream) fd.release();  // the stream owns it now
    return stream;
}

std::uint64_t size_of(int parent, const char* name, int depth);

std::uint64_t size_of_entry(int parent, const char* name, int depth) {
    struct stat status {};
    // Files come and go while we look: what has vanished counts nothing.
    if (::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    if (S_ISREG(status.st_mode)) return static_cast<std::uint64_t>(status.st_size);
    return S_ISDIR(status.st_mode) && depth < kMaxDepth ? size_of(parent, name, depth + 1) : 0;
}

std::uint64_t size_of(int parent, const char* name, int depth) {
    const DirectoryStream stream = open_stream(parent, name);
    if (!stream) return 0;
    std::uint64_t total = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view found = entry->d_name;
        if (found != "." && found != "..") total += size_of_entry(::dirfd(stream.get()), entry->d_name, depth);
    }
    return total;
}

}  // namespace

Bytes directory_size(const std::filesystem::path& dir) {
    return Bytes{size_of(AT_FDCWD, dir.c_str(), 0)};
}

}  // namespace smew::storage
