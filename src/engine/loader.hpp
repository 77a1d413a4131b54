#pragma once
// Jobs that make, rewrite, export or preview table versions, each in an instance of its own inside a loader worker.
// A version file is a DuckDB database with one table, main.data. A primary key is checked when a version is made; the
// file has its NOT NULLs and no index.
//
// Imports. Columns are matched by name in any case (CSV with a header, Parquet, NDJSON) or by position (CSV without);
// types of a new table come from the whole file. CSV: an empty field is NULL, quoted or not, but in a VARCHAR NOT NULL
// column it is the empty text; when null_string is not empty only that, unquoted, is NULL. JobOutcome.rows counts the
// rows taken from the file; of an upsert also those that a later row of the file replaced. "line" of a rejected row
// counts rows, the header too.
//
// Exports keep the order of the table. Parquet with FileCompression::kNone has snappy pages. A preview ends early, at a
// whole row, at 32 MiB.

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
