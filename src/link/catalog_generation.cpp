#include "link/channel.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace smew::link {
namespace {

constexpr std::size_t kSize = sizeof(std::uint64_t);
constexpr int kFixedSize = F_SEAL_SHRINK | F_SEAL_GROW;

Error failure(const char* what) {
    return {sqlstate::kInsufficientResources, std::string("the shared catalog generation: ") + what + " failed",
            std::strerror(errno)};
}

Result<void*> map(int fd, int protection) {
    void* memory = ::mmap(nullptr, kSize, protection, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) return failure("mmap");
    return memory;
}

std::atomic_ref<std::uint64_t> counter(void* memory) {
    return std::atomic_ref<std::uint64_t>(*static_cast<std::uint64_t*>(memory));
}

// The descriptor goes to workers, which are not trusted: they can neither change its size (the other side would die of
// SIGBUS) nor, from Linux 5.1 on, write it; the mapping made before stays writable for the gateway.
bool seal(int fd) {
#ifdef F_SEAL_FUTURE_WRITE
    if (::fcntl(fd, F_ADD_SEALS, kFixedSize | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) == 0) return true;
#endif
    return ::fcntl(fd, F_ADD_SEALS, kFixedSize | F_SEAL_SEAL) == 0;
}

}  // namespace

Result<CatalogGeneration> CatalogGeneration::create() {
    UniqueFd fd(::memfd_create("smew-catalog-generation", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) return failure("memfd_create");
    if (::ftruncate(fd.get(), kSize) != 0) return failure("ftruncate");
    const auto memory = map(fd.get(), PROT_READ | PROT_WRITE);
    if (!memory) return memory.error();
    CatalogGeneration generation(std::move(fd), *memory);
    if (!seal(generation.fd())) return failure("sealing");
    generation.bump();
    return generation;
}

Result<CatalogGeneration> CatalogGeneration::map_readonly(int memfd) {
    UniqueFd fd(::fcntl(memfd, F_DUPFD_CLOEXEC, 0));
    if (!fd) return failure("dup");
    struct stat status {};
    const int seals = ::fcntl(fd.get(), F_GET_SEALS);
    if (::fstat(fd.get(), &status) != 0 || status.st_size < static_cast<off_t>(kSize) || seals < 0 ||
        (seals & kFixedSize) != kFixedSize) {
        return Error{sqlstate::kInternalError, "the shared catalog generation is not a sealed memory file"};
    }
    const auto memory = map(fd.get(), PROT_READ);
    if (!memory) return memory.error();
    return CatalogGeneration(std::move(fd), *memory);
}

CatalogGeneration::CatalogGeneration(CatalogGeneration&& other) noexcept
    : fd_(std::move(other.fd_)), memory_(std::exchange(other.memory_, nullptr)) {}

CatalogGeneration& CatalogGeneration::operator=(CatalogGeneration&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(memory_, other.memory_);
    return *this;
}

CatalogGeneration::~CatalogGeneration() {
    if (memory_ != nullptr) ::munmap(memory_, kSize);
}

std::uint64_t CatalogGeneration::current() const {
    return counter(memory_).load(std::memory_order_acquire);
}

void CatalogGeneration::bump() {
    counter(memory_).fetch_add(1, std::memory_order_acq_rel);
}

}  // namespace smew::link
