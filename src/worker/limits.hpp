#pragma once
// The resource limits of a worker process.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "link/messages.hpp"

#include <cstdint>

namespace smew::worker {

// DuckDB's recursion over an expression of the greatest depth it accepts (1,000) overflows 1 MiB, and a chain of 1,000
// common table expressions 2 MiB (measured, 1.5.5); only touched pages cost memory.
inline constexpr std::uint64_t kThreadStackBytes = 8U << 20;

// What RLIMIT_DATA allows for a memory_limit: the limit itself, a quarter of it for what DuckDB's accounting misses
// (large values in scalar functions, result vectors), 256 MiB for the process and its sessions, and the stacks of all
// threads it may have, which the kernel counts in full though they are hardly touched. 0 (none) without a memory_limit.
Bytes data_limit(Bytes memory_limit, std::uint32_t threads);

// The most threads that a workspace's sessions have: one for each statement that may run, as many for those that wait
// for memory (LargeStatements lets no more), and some so that one at its limit still answers.
std::size_t session_threads(const link::WorkspaceLimits& limits);

// The most threads a worker has, with `engine_threads` of DuckDB's.
std::uint32_t thread_count(const link::WorkspaceLimits& limits, std::uint32_t engine_threads);

// Limits on memory, file size, core dumps, descriptors and, when the worker has a user of its own, processes.
// Memory and file size are soft limits: they bound SQL, not code that has broken out, and SetLimits may raise them.
Result<void> apply_limits(const link::Start& start);

Result<void> set_data_limit(Bytes limit);       // 0: none
Result<void> set_file_size_limit(Bytes limit);  // 0: none

// The largest file of a workspace. The size limit itself is kept by DiskWatch; this holds what outruns it, with room
// for the log and the checkpoint that a full workspace needs to become smaller: one that fails costs the instance.
Bytes file_size_limit(const link::WorkspaceLimits& limits);

}  // namespace smew::worker
