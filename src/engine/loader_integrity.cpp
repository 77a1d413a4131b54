#include "engine/loader_integrity.hpp"

#include "core/fd.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>

namespace smew::engine::loader {
namespace {

constexpr std::size_t kBufferBytes = 1U << 18;
constexpr int kGzipOnly = 15 + 16;  // the largest window, gzip's header and trailer

Error damaged(std::string_view kind) {
    return Error{sqlstate::kBadCopyFileFormat, "the file is not a whole " + std::string(kind) + " file", "",
                 "It may have been cut off on the way, or be compressed in another way."};
}

Error unreadable() {
    return Error{sqlstate::kIoError, "the file to import could not be read"};
}

Error cancelled() {
    return Error{sqlstate::kQueryCanceled, "the job was cancelled"};
}

// Members follow each other; the file ends where one ends.
class GzipCheck {
public:
    GzipCheck(int fd, const std::atomic<bool>& cancel) : fd_(fd), cancel_(cancel) {}
    ~GzipCheck() { ::inflateEnd(&stream_); }
    GzipCheck(const GzipCheck&) = delete;
    GzipCheck& operator=(const GzipCheck&) = delete;

    Result<void> run() {
        if (::inflateInit2(&stream_, kGzipOnly) != Z_OK) return Error{sqlstate::kOutOfMemory, "out of memory"};
        while (true) {
            const ssize_t got = ::read(fd_, input_.data(), input_.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return unreadable();
            if (got == 0) break;
            stream_.next_in = input_.data();
            stream_.avail_in = static_cast<uInt>(got);
            if (auto fed = feed(); !fed) return fed;
        }
        return between_members_ && members_ > 0 ? Result<void>() : Result<void>(damaged("gzip"));
    }

private:
    // Unpacks what was read, and what is still inside the decompressor, and forgets it.
    Result<void> feed() {
        do {
            if (cancel_) return cancelled();
            stream_.next_out = output_.data();
            stream_.avail_out = static_cast<uInt>(output_.size());
            const int state = ::inflate(&stream_, Z_NO_FLUSH);
            between_members_ = state == Z_STREAM_END;
            if (between_members_) {
                ++members_;
                ::inflateReset(&stream_);
            } else if (state != Z_OK && state != Z_BUF_ERROR) {  // the latter: nothing was left inside
                return damaged("gzip");
            }
        } while (stream_.avail_in > 0 || (!between_members_ && stream_.avail_out == 0));
        return {};
    }

    const int fd_;
    const std::atomic<bool>& cancel_;
    z_stream stream_{};
    std::vector<Bytef> input_ = std::vector<Bytef>(kBufferBytes), output_ = std::vector<Bytef>(kBufferBytes);
    std::uint64_t members_ = 0;
    bool between_members_ = true;
};

class ZstdCheck {
public:
    ZstdCheck(int fd, std::uint64_t size, const std::atomic<bool>& cancel) : fd_(fd), size_(size), cancel_(cancel) {}

    Result<void> run() {
        bool any = false;
        while (at_ < size_) {
            const auto magic = number(4);
            if (!magic) return damaged("zstd");
            const bool skippable = (*magic & 0xFFFFFFF0U) == 0x184D2A50U;
            if (!skippable && *magic != 0xFD2FB528U) return damaged("zstd");
            if (auto walked = skippable ? skippable_frame() : frame(); !walked) return walked;
            any = any || !skippable;
        }
        return any ? Result<void>() : Result<void>(damaged("zstd"));
    }

private:
    // The next little-endian number of so many bytes; nullopt at the end of the file.
    std::optional<std::uint64_t> number(std::size_t bytes) {
        std::array<std::uint8_t, 8> raw{};
        if (at_ + bytes > size_) return std::nullopt;
        if (::pread(fd_, raw.data(), bytes, static_cast<off_t>(at_)) != static_cast<ssize_t>(bytes))
            return std::nullopt;
        at_ += bytes;
        std::uint64_t value = 0;
        for (std::size_t i = bytes; i > 0; --i) value = value << 8U | raw[i - 1];
        return value;
    }

    Result<void> skip(std::uint64_t bytes) {
        if (bytes > size_ - at_) return damaged("zstd");
        at_ += bytes;
        return {};
    }

    Result<void> skippable_frame() {
        const auto length = number(4);
        return length ? skip(*length) : Result<void>(damaged("zstd"));
    }

    // RFC 8878, 3.1.1.
    Result<void> frame() {
        const auto descriptor = number(1);
        if (!descriptor || (*descriptor & 8U) != 0) return damaged("zstd");
        const bool single_segment = (*descriptor & 32U) != 0, checksum = (*descriptor & 4U) != 0;
        constexpr std::array<std::uint64_t, 4> kDictionaryIdBytes = {0, 1, 2, 4}, kContentSizeBytes = {0, 2, 4, 8};
        const std::uint64_t size_flag = *descriptor >> 6U;
        const std::uint64_t content_size = size_flag == 0 && single_segment ? 1 : kContentSizeBytes[size_flag];
        const std::uint64_t header = (single_segment ? 0 : 1) + kDictionaryIdBytes[*descriptor & 3U] + content_size;
        if (auto skipped = skip(header); !skipped) return skipped;
        if (auto walked = blocks(); !walked) return walked;
        return skip(checksum ? 4 : 0);
    }

    Result<void> blocks() {
        for (bool last = false; !last;) {
            if (cancel_) return cancelled();
            const auto header = number(3);
            if (!header) return damaged("zstd");
            const std::uint64_t type = *header >> 1U & 3U, length = *header >> 3U;
            last = (*header & 1U) != 0;
            constexpr std::uint64_t kRepeatedByte = 1, kReserved = 3;
            if (type == kReserved) return damaged("zstd");
            if (auto skipped = skip(type == kRepeatedByte ? 1 : length); !skipped) return skipped;
        }
        return {};
    }

    const int fd_;
    const std::uint64_t size_;
    std::uint64_t at_ = 0;
    const std::atomic<bool>& cancel_;
};

}  // namespace

Result<void> check_compressed(const std::string& path, link::FileCompression compression,
                              const std::atomic<bool>& cancel) {
    if (compression == link::FileCompression::kNone) return {};
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return unreadable();
    if (compression == link::FileCompression::kGzip) return GzipCheck(fd.get(), cancel).run();
    return ZstdCheck(fd.get(), static_cast<std::uint64_t>(status.st_size), cancel).run();
}

}  // namespace smew::engine::loader
