#include "http/file_store.hpp"

#include "core/random.hpp"
#include "http/problem.hpp"
#include "http/upload.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace smew::http {
namespace {

constexpr std::string_view kFilePrefix = "file_";
constexpr std::string_view kUploadPrefix = "upl_";
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kKeyCharacters = 32;

[[noreturn]] void fail_to_keep(int code) {
    throw ErrorException({sqlstate::kIoError, std::string("a file could not be kept: ") + std::strerror(code), "", ""});
}

void sync_directory(const std::filesystem::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) fail_to_keep(errno);
}

// A loader that exported the file owns it, and the directory it lies in: it may put a link in its place. So everything
// is done to the one file that was opened, and from then on nobody writes to it.
UniqueFd take_over(const std::filesystem::path& path, std::uint32_t group) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) fail_to_keep(errno);
    if (!S_ISREG(status.st_mode) || status.st_nlink != 1) fail_to_keep(EINVAL);
    if (group != 0 && ::fchown(fd.get(), ::geteuid(), group) != 0) fail_to_keep(errno);
    if (::fchmod(fd.get(), S_IRUSR | S_IWUSR | S_IRGRP) != 0 || ::fsync(fd.get()) != 0) fail_to_keep(errno);
    return fd;
}

void check_is(const std::filesystem::path& path, const UniqueFd& fd) {
    struct stat opened {
    }, named{};
    if (::fstat(fd.get(), &opened) != 0 || ::lstat(path.c_str(), &named) != 0) fail_to_keep(errno);
    if (opened.st_ino != named.st_ino || opened.st_dev != named.st_dev) fail_to_keep(EINVAL);
}

}  // namespace

FileId new_file_id() {
    return FileId(std::string(kFilePrefix) + random_hex(kIdDigits));
}

std::string new_upload_key(const FileId& id) {
    return std::string(kUploadPrefix) + id.value().substr(kFilePrefix.size()) + "_" + random_token(kKeyCharacters);
}

std::optional<FileId> file_of_upload_key(std::string_view key) {
    const std::size_t length = kUploadPrefix.size() + kIdDigits + 1 + kKeyCharacters;
    if (key.size() != length || !key.starts_with(kUploadPrefix)) return std::nullopt;
    return FileId(std::string(kFilePrefix) + std::string(key.substr(kUploadPrefix.size(), kIdDigits)));
}

catalog::File prepare(const NewFile& wanted, Context& context) {
    catalog::File row;
    row.id = new_file_id();
    row.project = wanted.project.id;
    row.name = wanted.name;
    row.content_type = wanted.content_type;
    row.upload_key = new_upload_key(row.id);
    row.tags = wanted.tags;
    row.expires_at = wanted.expires_at;
    return or_fail(context.store.prepare_file(wanted.project.id, row), "file");
}

catalog::File complete(const catalog::Project& project, const catalog::File& file,
                       const std::filesystem::path& staging_file, std::string_view sha256, Context& context) {
    const std::filesystem::path place = context.layout.files_dir(project.number) / random_hex(32);
    const UniqueFd kept = take_over(staging_file, context.layout.project_gid(project.number));
    std::filesystem::rename(staging_file, place);
    check_is(place, kept);
    sync_directory(place.parent_path());
    Result<catalog::File> done =
        context.store.complete_file(file.id, context.layout.relative(place), std::filesystem::file_size(place), sha256);
    if (!done) {
        std::error_code ignored;
        std::filesystem::remove(place, ignored);
    }
    return or_fail(std::move(done), "file");
}

catalog::File keep_as_file(const NewFile& wanted, const std::filesystem::path& staging_file, Context& context) {
    const std::string sha256 = or_fail(sha256_of(staging_file));
    return complete(wanted.project, prepare(wanted, context), staging_file, sha256, context);
}

void check_content_type(std::string_view content_type) {
    const auto fine = [](unsigned char c) { return c >= 0x20 && c <= 0x7e; };
    if (content_type.find('/') != std::string_view::npos &&
        std::all_of(content_type.begin(), content_type.end(), fine)) {
        return;
    }
    fail_field("content_type", "must be a media type, as text/csv");
}

}  // namespace smew::http
