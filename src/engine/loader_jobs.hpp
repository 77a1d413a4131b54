#pragma once
// One function a kind of job. run_job() chooses.

#include "core/error.hpp"
#include "engine/loader.hpp"
#include "engine/loader_database.hpp"
#include "engine/loader_output.hpp"
#include "engine/loader_table.hpp"
#include "link/messages.hpp"

#include <atomic>
#include <memory>

namespace smew::engine::loader {

// What every kind of job gets besides its own description.
struct JobContext {
    const LoaderLimits& limits;
    const std::atomic<bool>& cancel;
};

Result<link::JobOutcome> run_import(const link::ImportJob& job, const JobContext& context);
Result<link::JobOutcome> run_rewrite(const link::RewriteJob& job, const JobContext& context);
Result<link::JobOutcome> run_export(const link::ExportJob& job, const JobContext& context);
Result<link::JobOutcome> run_preview(const link::PreviewJob& job, const JobContext& context);

// How to lay out a new version that will hold about so many bytes. Small blocks make 5,000 small tables cheap (45 KB
// each); large ones compress a large table to a third (a million orders: 15 MB against 44 MB).
AttachMode layout_for(std::uint64_t expected_bytes);

// The end of every job that makes a version: describes the table attached as kOutput, writes and closes its file, makes
// it durable. Fills table_rows, file_bytes and columns.
Result<void> publish_version(std::unique_ptr<JobDatabase> database, OutputFile& output, link::JobOutcome& outcome);

}  // namespace smew::engine::loader
