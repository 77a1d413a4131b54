#pragma once
// Jobs that make, rewrite, export or preview table versions, each in an instance of its own inside a loader worker.
// A version file is a DuckDB database with one table, main.data.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "link/messages.hpp"

#include <atomic>

namespace smew::engine {

struct LoaderLimits {
    std::string temp_dir;
    Bytes memory_limit;
    std::uint32_t threads = 1;
};

// Runs one job to its end. Writes only job.output_file (checkpointed, fsynced and closed on success, removed on
// failure). SQL of the caller in it (where, expressions, defaults) passes the gate: one expression, no other file, no
// subquery on files. `cancel` set to true by another thread interrupts it: 57014.
Result<link::JobOutcome> run_job(const link::LoadJob& job, const LoaderLimits& limits, std::atomic<bool>& cancel);

}  // namespace smew::engine
