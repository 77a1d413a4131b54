#include "http/endpoints.hpp"
#include "http/file_formats.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/table_work.hpp"
#include "telemetry/log.hpp"

#include <algorithm>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;
using link::ImportMode;

constexpr int kMostAttempts = 5;

// A load as asked for, wherever its file lies.
struct Load {
    std::filesystem::path source;
    link::FileFormat format = link::FileFormat::kCsv;
    link::FileCompression compression = link::FileCompression::kNone;
    link::CsvOptions csv;
    ImportMode mode = ImportMode::kReplace;
    std::uint64_t max_rejected = 0;
    std::vector<std::string> primary_key;  // of a table that is new
    bool may_create = false;
    std::uint64_t source_bytes = 0;
};

ImportMode mode_of(std::string_view text) {
    if (text == "append") return ImportMode::kAppend;
    return text == "upsert" ? ImportMode::kUpsert : ImportMode::kReplace;
}

ImportMode mode_of(const json::value* options, const catalog::Table& table) {
    if (options == nullptr || !flag_of(*options, "incremental").value_or(false)) return ImportMode::kReplace;
    const bool update = text_of(*options, "dedup_mode").value_or("update_duplicates") == "update_duplicates";
    return update && !table.primary_key.empty() ? ImportMode::kUpsert : ImportMode::kAppend;
}

// The primary key of the version to be made. 400 when the mode cannot do without one, 409 when another one is there.
std::vector<std::string> primary_key_for(const Load& load, const std::optional<catalog::Table>& table) {
    std::vector<std::string> key = table ? table->primary_key : load.primary_key;
    if (table && !load.primary_key.empty() && load.primary_key != key) {
        fail(409, "primary_key_exists", "the table exists and its primary key is another one");
    }
    if (load.mode == ImportMode::kUpsert && key.empty()) {
        fail(400, "no_primary_key", "mode=upsert needs a table with a primary key");
    }
    return key;
}

std::optional<catalog::Table> current_table(const TablePlace& place, const std::string& name, const Load& load,
                                            Context& context) {
    Result<catalog::Table> found = context.store.table(place.project.id, place.bucket.schema, name);
    if (found) return std::move(*found);
    if (found.error().code == sqlstate::kUndefinedObject && load.may_create) return std::nullopt;
    or_fail(std::move(found), "table");
    return std::nullopt;
}

// One attempt on the version that is current now. 40001 when somebody else published meanwhile.
Result<catalog::Table> load_once(TablePlace& place, const std::string& name, const Load& load, const Request& request,
                                 Context& context, link::JobOutcome& outcome) {
    const std::optional<catalog::Table> table = current_table(place, name, load, context);
    const std::vector<std::string> primary_key = primary_key_for(load, table);
    StagingFile output(context.layout.new_staging_path(place.project.number, ".duckdb"));
    link::ImportJob job{.source_file = job_path(load.source),
                        .format = load.format,
                        .compression = load.compression,
                        .csv = load.csv,
                        .mode = load.mode,
                        .primary_key = primary_key,
                        .output_file = job_path(output.path()),
                        .max_rejected = load.max_rejected};
    if (table) {
        job.columns = table->columns;
        job.base_file = version_path(*table, context);
    }
    Result<link::JobOutcome> done = run_job(request, context, place.project, std::move(job));
    if (!done) return done.error();
    outcome = std::move(*done);
    if (table) return context.versions.publish(place.project, *table, output.path(), outcome, primary_key);
    return context.versions.create_table(place.project, place.bucket.schema, name, "", {}, output.path(), outcome,
                                         primary_key);
}

Response import_reply(const catalog::Table& table, const link::JobOutcome& outcome) {
    json::array rejected, warnings;
    for (const link::RejectedRow& row : outcome.rejected) {
        rejected.push_back(json::object{{"line", row.line}, {"column", row.column}, {"message", row.message}});
    }
    if (outcome.rejected_rows > 0) {
        warnings.emplace_back(std::to_string(outcome.rejected_rows) + " rows were rejected and left out");
    }
    return json_response(json::object{{"imported_rows", outcome.rows},
                                      {"table_rows_after", outcome.table_rows},
                                      {"table_size_bytes", table.size_bytes},
                                      {"rejected_rows", outcome.rejected_rows},
                                      {"rejected", std::move(rejected)},
                                      {"columns", render(table.columns, table.column_descriptions)},
                                      {"warnings", std::move(warnings)}});
}

Response run_load(TablePlace& place, const std::string& name, const Load& load, const Request& request,
                  Context& context) {
    const TableLocks::Hold hold(context.table_locks, lock_name(place.project.id, place.bucket.schema, name));
    const SteadyTime started = context.clock.steady_now();
    link::JobOutcome outcome;
    Result<catalog::Table> table = load_once(place, name, load, request, context, outcome);
    for (int attempt = 1; !table && table.error().code == sqlstate::kSerializationFailure && attempt < kMostAttempts;
         ++attempt) {
        table = load_once(place, name, load, request, context, outcome);
    }
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(context.clock.steady_now() - started);
    context.metrics.import_done(to_text(load.format), table.has_value(), taken, table ? outcome.rows : 0,
                                load.source_bytes);
    log::info("import_finished", {{"project_id", place.project.id.value()},
                                  {"bucket", place.bucket.schema},
                                  {"table", name},
                                  {"success", table.has_value()},
                                  {"rows", table ? outcome.rows : 0},
                                  {"bytes", load.source_bytes},
                                  {"duration_ms", taken.count() / 1000},
                                  {"request_id", request.request_id}});
    return import_reply(or_fail(std::move(table), "table"), outcome);
}

}  // namespace

Response import_body(const Request& request, Context& context) {
    TablePlace place{.project = find_project(request, context), .bucket = find_bucket(request, context), .table = {}};
    const std::string& name = request.parameter("table");
    or_fail(catalog::check_table_name(name));
    Load load{.source = request.upload->path(),
              .format = format_of(request.option("format").value_or("csv")),
              .csv = csv_options(request),
              .mode = mode_of(request.option("mode").value_or("replace")),
              .max_rejected = request.number("max_rejected"),
              .primary_key = split_names(request.option("primary_key").value_or("")),
              .may_create = true,
              .source_bytes = request.upload->size()};
    load.compression = detect_compression(load.source, request.content_encoding, load.format);
    return run_load(place, name, load, request, context);
}

Response import_file(const Request& request, Context& context) {
    TablePlace place = find_table(request, context);
    const catalog::File file =
        or_fail(context.store.file(place.project.id, FileId(text_of(request.body, "file_id").value())), "file");
    if (!file.uploaded) fail(409, "file_not_uploaded", "the file was prepared, but not uploaded yet");
    const json::value* options = member_of(request.body, "import_options");
    Load load{.source = context.layout.absolute(file.path),
              .format = format_of(text_of(request.body, "format").value_or("csv")),
              .csv = csv_options(member_of(request.body, "csv_options")),
              .mode = mode_of(options, place.table),
              .max_rejected =
                  options == nullptr ? 0 : static_cast<std::uint64_t>(number_of(*options, "max_rejected").value_or(0)),
              .source_bytes = file.size_bytes};
    load.compression = detect_compression(load.source, "", load.format);
    return run_load(place, place.table.name, load, request, context);
}

}  // namespace smew::http::endpoints
