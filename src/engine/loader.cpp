#include "engine/loader.hpp"

#include "engine/loader_jobs.hpp"

#include <exception>

namespace smew::engine {
namespace loader {
namespace {

constexpr std::uint64_t kSmallVersionBytes = 4U << 20;

struct Runner {
    const JobContext& context;
    Result<link::JobOutcome> operator()(const link::ImportJob& job) const { return run_import(job, context); }
    Result<link::JobOutcome> operator()(const link::RewriteJob& job) const { return run_rewrite(job, context); }
    Result<link::JobOutcome> operator()(const link::ExportJob& job) const { return run_export(job, context); }
    Result<link::JobOutcome> operator()(const link::PreviewJob& job) const { return run_preview(job, context); }
};

}  // namespace

AttachMode layout_for(std::uint64_t expected_bytes) {
    return expected_bytes < kSmallVersionBytes ? AttachMode::kCreateSmall : AttachMode::kCreate;
}

Result<void> publish_version(std::unique_ptr<JobDatabase> database, OutputFile& output, link::JobOutcome& outcome) {
    auto table = describe_table(*database, kOutput);
    if (!table) return table.error();
    outcome.columns = std::move(table->columns);
    auto rows = count_rows(*database, kOutputTable);
    if (!rows) return rows.error();
    outcome.table_rows = *rows;
    for (const char* statement : {R"(CHECKPOINT "output")", R"(DETACH "output")"}) {
        if (auto done = database->run(statement); !done) return done.error();
    }
    database.reset();
    auto bytes = output.finish();
    if (!bytes) return bytes.error();
    outcome.file_bytes = bytes->count;
    return {};
}

}  // namespace loader

Result<link::JobOutcome> run_job(const link::LoadJob& job, const LoaderLimits& limits, std::atomic<bool>& cancel) {
    const loader::JobContext context{limits, cancel};
    try {
        return std::visit(loader::Runner{context}, job);
    } catch (const std::bad_alloc&) {
        return Error{sqlstate::kOutOfMemory, "out of memory"};
    } catch (const std::exception&) {
        // Its text may name files, and nobody but an engineer could use it.
        return Error{sqlstate::kInternalError, "the job failed for a reason that the engine did not explain"};
    }
}

}  // namespace smew::engine
