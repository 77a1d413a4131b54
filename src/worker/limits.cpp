#include "worker/limits.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/resource.h>

namespace smew::worker {
namespace {

constexpr std::uint64_t kProcessBytes = 256U << 20;
// Main, watch, and what a library may start for itself.
constexpr std::uint32_t kOwnThreads = 6;
constexpr std::size_t kSpareThreads = 2;
constexpr std::uint64_t kLeastSpareBytes = 128U << 20;
constexpr rlim_t kOwnPriority = 20;     // a niceness of 0, as RLIMIT_NICE counts
constexpr rlim_t kMaxProcesses = 2048;  // loaders of one project share a user

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kShadowMemory = true;  // a sanitizer maps terabytes that count as data
#else
constexpr bool kShadowMemory = false;
#endif

Error failure(const char* name) {
    return {sqlstate::kSystemError, std::string("cannot set the limit ") + name, std::strerror(errno)};
}

Result<void> set_soft(decltype(RLIMIT_DATA) resource, rlim_t soft, const char* name) {
    rlimit limit{};
    if (::getrlimit(resource, &limit) != 0) return failure(name);
    limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
    if (::setrlimit(resource, &limit) != 0) return failure(name);
    return {};
}

rlim_t or_infinity(Bytes limit) {
    return limit.count == 0 ? RLIM_INFINITY : limit.count;
}

}  // namespace

Bytes data_limit(Bytes memory_limit, std::uint32_t threads) {
    if (memory_limit.count == 0) return {};
    return {memory_limit.count + memory_limit.count / 4 + kProcessBytes + threads * kThreadStackBytes};
}

std::size_t session_threads(const link::WorkspaceLimits& limits) {
    return std::size_t{limits.max_concurrent_queries} * 2 + kSpareThreads;
}

std::uint32_t thread_count(const link::WorkspaceLimits& limits, std::uint32_t engine_threads) {
    return static_cast<std::uint32_t>(session_threads(limits)) + engine_threads + kOwnThreads;
}

Result<void> set_data_limit(Bytes limit) {
    if (kShadowMemory) return {};
    return set_soft(RLIMIT_DATA, or_infinity(limit), "on memory");
}

Result<void> set_file_size_limit(Bytes limit) {
    return set_soft(RLIMIT_FSIZE, or_infinity(limit), "on file size");
}

Bytes file_size_limit(const link::WorkspaceLimits& limits) {
    if (limits.size.count == 0) return {};
    const std::uint64_t largest = std::max(limits.size.count, limits.temp.count);
    return {largest + std::max(kLeastSpareBytes, largest / 8)};
}

Result<void> apply_limits(const link::Start& start) {
    if (auto done = set_data_limit(data_limit(start.limits.memory, thread_count(start.limits, start.threads))); !done)
        return done;
    if (auto done = set_file_size_limit(file_size_limit(start.limits)); !done) return done;
    if (auto done = set_soft(RLIMIT_NOFILE, RLIM_INFINITY, "on open files"); !done) return done;
    // Threads give way to others while they run large plans, and take their priority back; only root may allow that.
    const rlimit priority{kOwnPriority, kOwnPriority};
    (void)::setrlimit(RLIMIT_NICE, &priority);
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) return failure("on core dumps");
    const rlimit processes{kMaxProcesses, kMaxProcesses};
    // Under the gateway's own user the count would take in the gateway and every other worker.
    if (start.uid != 0 && ::setrlimit(RLIMIT_NPROC, &processes) != 0) return failure("on processes");
    return {};
}

}  // namespace smew::worker
