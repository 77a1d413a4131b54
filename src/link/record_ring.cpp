#include "link/record_ring.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace smew::link {

// What each side writes lies on cache lines of its own.
struct RecordRing::Shared {
    alignas(64) std::uint64_t written;  // by the worker: up to here the bytes are valid …
    std::uint64_t begin;                // … and from here on, when the gateway has read less
    std::uint64_t dropped;
    alignas(64) std::uint64_t read;  // by the gateway
};

namespace {

constexpr std::size_t kHeaderBytes = 4096;  // the data begins with a page
constexpr std::size_t kMapped = kHeaderBytes + RecordRing::kBytes;
constexpr int kFixedSize = F_SEAL_SHRINK | F_SEAL_GROW;

Error failure(const char* what) {
    return {sqlstate::kInsufficientResources, std::string("the memory for query records: ") + what + " failed",
            std::strerror(errno)};
}

std::atomic_ref<std::uint64_t> shared(std::uint64_t& value) {
    return std::atomic_ref<std::uint64_t>(value);
}

}  // namespace

Result<RecordRing> RecordRing::create() {
    UniqueFd fd(::memfd_create("smew-query-records", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) return failure("memfd_create");
    if (::ftruncate(fd.get(), kMapped) != 0) return failure("ftruncate");
    // A worker that made it smaller would end the gateway by SIGBUS.
    if (::fcntl(fd.get(), F_ADD_SEALS, kFixedSize | F_SEAL_SEAL) != 0) return failure("sealing");
    return map_all(std::move(fd));
}

Result<RecordRing> RecordRing::map(int memfd) {
    UniqueFd fd(::fcntl(memfd, F_DUPFD_CLOEXEC, 0));
    if (!fd) return failure("dup");
    struct stat status {};
    const int seals = ::fcntl(fd.get(), F_GET_SEALS);
    if (::fstat(fd.get(), &status) != 0 || status.st_size != static_cast<off_t>(kMapped) || seals < 0 ||
        (seals & kFixedSize) != kFixedSize) {
        return Error{sqlstate::kInternalError, "the memory for query records is not a sealed memory file"};
    }
    return map_all(std::move(fd));
}

Result<RecordRing> RecordRing::map_all(UniqueFd fd) {
    void* memory = ::mmap(nullptr, kMapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED) return failure("mmap");
    return RecordRing(std::move(fd), memory);
}

RecordRing::RecordRing(UniqueFd fd, void* memory)
    : fd_(std::move(fd)),
      shared_(static_cast<Shared*>(memory)),
      data_(static_cast<std::uint8_t*>(memory) + kHeaderBytes) {}

RecordRing::RecordRing(RecordRing&& other) noexcept
    : fd_(std::move(other.fd_)),
      shared_(std::exchange(other.shared_, nullptr)),
      data_(other.data_),
      position_(other.position_),
      begin_(other.begin_) {}

RecordRing& RecordRing::operator=(RecordRing&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(shared_, other.shared_);
    std::swap(data_, other.data_);
    std::swap(position_, other.position_);
    std::swap(begin_, other.begin_);
    return *this;
}

RecordRing::~RecordRing() {
    if (shared_ != nullptr) ::munmap(shared_, kMapped);
}

std::size_t RecordRing::waiting() const {
    return position_ - std::max(shared(shared_->read).load(std::memory_order_acquire), begin_);
}

bool RecordRing::put(ByteSpan bytes) {
    const std::size_t before = waiting();
    if (before == 0) {
        // From the front again, so that a quiet worker uses the same few pages for ever. All was read: the gateway does
        // not look at what is passed over.
        begin_ = position_ = (position_ + kBytes - 1) / kBytes * kBytes;
        shared(shared_->begin).store(begin_, std::memory_order_relaxed);
    }
    if (bytes.size() > kBytes - before) {
        shared(shared_->dropped).fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    const std::size_t at = position_ % kBytes;
    const std::size_t first = std::min(bytes.size(), kBytes - at);
    std::memcpy(data_ + at, bytes.data(), first);
    if (first < bytes.size()) std::memcpy(data_, bytes.data() + first, bytes.size() - first);
    position_ += bytes.size();
    shared(shared_->written).store(position_, std::memory_order_release);
    return true;
}

RecordRing::Taken RecordRing::take() {
    Taken taken;
    const std::uint64_t written = shared(shared_->written).load(std::memory_order_acquire);
    const std::uint64_t begin = std::max(position_, shared(shared_->begin).load(std::memory_order_relaxed));
    // It may have begun anew behind what it had written when we looked: then nothing waited.
    const std::uint64_t count = written > begin ? written - begin : 0;
    if (count > 0 && count <= kBytes) {
        const std::size_t at = begin % kBytes;
        const std::size_t first = std::min<std::size_t>(count, kBytes - at);
        taken.bytes.reserve(count);
        taken.bytes.append(reinterpret_cast<const char*>(data_) + at, first);
        taken.bytes.append(reinterpret_cast<const char*>(data_), count - first);
        position_ = written;
        shared(shared_->read).store(position_, std::memory_order_release);
    }
    if (shared(shared_->dropped).load(std::memory_order_relaxed) != 0) {
        taken.dropped = shared(shared_->dropped).exchange(0, std::memory_order_relaxed);
    }
    return taken;
}

}  // namespace smew::link
