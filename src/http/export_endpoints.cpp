#include "core/random.hpp"
#include "http/endpoints.hpp"
#include "http/file_formats.hpp"
#include "http/file_store.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/sql_text.hpp"
#include "http/table_work.hpp"

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

struct Wanted {
    link::FileFormat format = link::FileFormat::kCsv;
    link::FileCompression compression = link::FileCompression::kNone;
    link::CsvOptions csv;
    std::vector<std::string> columns;
    std::string where;
    std::optional<std::uint64_t> limit;
};

// Writes the file into staging; removed there on failure.
link::JobOutcome run_export(const TablePlace& place, Wanted wanted, const std::filesystem::path& output,
                            const Request& request, Context& context) {
    require_columns(place.table, wanted.columns);
    if (!wanted.where.empty()) {
        if (Result<void> fine = check_expression(wanted.where); !fine) {
            fail(400, "invalid_where_clause", fine.error().message);
        }
    }
    const SteadyTime started = context.clock.steady_now();
    Result<link::JobOutcome> done = run_job(request, context, place.project,
                                            link::ExportJob{.table_file = version_path(place.table, context),
                                                            .output_file = job_path(output),
                                                            .format = wanted.format,
                                                            .compression = wanted.compression,
                                                            .csv = std::move(wanted.csv),
                                                            .columns = std::move(wanted.columns),
                                                            .where = std::move(wanted.where),
                                                            .limit = wanted.limit});
    const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(context.clock.steady_now() - started);
    context.metrics.export_done(to_text(wanted.format), done.has_value(), taken, done ? done->rows : 0);
    return or_fail(std::move(done));
}

std::string export_name(const TablePlace& place, const MediaType& media) {
    return place.bucket.schema + "." + place.table.name + media.suffix;
}

}  // namespace

Response export_stream(const Request& request, Context& context) {
    const TablePlace place = find_table(request, context);
    Wanted wanted{.format = format_of(request.option("format").value_or("csv"))};
    wanted.compression = compression_of(request.option("compression").value_or("none"), wanted.format);
    wanted.csv = csv_options(request);
    wanted.columns = split_names(request.option("columns").value_or(""));
    wanted.where = request.option("where").value_or("");
    if (request.option("limit")) wanted.limit = request.number("limit");
    const MediaType media = media_type(wanted.format, wanted.compression);
    StagingFile output(context.layout.new_staging_path(place.project.number, media.suffix));
    const link::JobOutcome outcome = run_export(place, std::move(wanted), output.path(), request, context);
    Response response;
    response.content_type = media.type;
    response.headers = {{"Content-Disposition", attachment(export_name(place, media))},
                        {"X-Rows-Exported", std::to_string(outcome.rows)}};
    response.file = output.path();
    response.remove_file = true;
    output.keep();
    return response;
}

Response export_file(const Request& request, Context& context) {
    const TablePlace place = find_table(request, context);
    Wanted wanted{.format = format_of(text_of(request.body, "format").value_or("csv"))};
    wanted.compression = compression_of(text_of(request.body, "compression").value_or("none"), wanted.format);
    wanted.columns = texts_of(request.body, "columns");
    wanted.where = text_of(request.body, "where_filter").value_or("");
    if (const auto limit = number_of(request.body, "limit")) wanted.limit = static_cast<std::uint64_t>(*limit);
    const MediaType media = media_type(wanted.format, wanted.compression);
    StagingFile output(context.layout.new_staging_path(place.project.number, media.suffix));
    const link::JobOutcome outcome = run_export(place, std::move(wanted), output.path(), request, context);
    const catalog::File file = keep_as_file(
        {.project = place.project, .name = export_name(place, media), .content_type = media.type, .tags = {}},
        output.path(), context);
    return json_response(json::object{
        {"file_id", file.id.value()}, {"rows_exported", outcome.rows}, {"file_size_bytes", file.size_bytes}});
}

}  // namespace smew::http::endpoints
