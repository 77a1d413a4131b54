#include "http/endpoints.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/table_work.hpp"
#include "telemetry/log.hpp"

#include <algorithm>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

Response table_reply(const TablePlace& place, int status) {
    Response response = json_response(render(place.table, place.bucket), status);
    if (status == 201) {
        response.headers.emplace_back("Location", "/projects/" + place.project.id.value() + "/buckets/" +
                                                      place.bucket.schema + "/tables/" + place.table.name);
    }
    return response;
}

struct NewTable {
    std::string name;
    link::RewriteJob job;  // without its output
    std::vector<std::string> descriptions;
};

NewTable read_new_table(const json::value& body) {
    NewTable table;
    table.name = text_of(body, "name").value();
    if (Result<void> fine = catalog::check_table_name(table.name); !fine) fail_field("name", fine.error().message);
    std::vector<link::ColumnSpec> specs;
    for (const json::value& item : body.at("columns").as_array()) {
        link::ColumnSpec spec = column_spec(item);
        const auto same = [&](const link::ColumnSpec& other) { return other.name == spec.name; };
        if (std::any_of(specs.begin(), specs.end(), same)) {
            fail_field("columns", "\"" + spec.name + "\" is named twice");
        }
        table.descriptions.push_back(text_of(item, "description").value_or(""));
        table.job.columns.push_back({.spec = spec, .source = {}});
        specs.push_back(std::move(spec));
    }
    table.job.primary_key = texts_of(body, "primary_key");
    check_primary_key(table.job.primary_key, specs);
    return table;
}

}  // namespace

Response create_table(const Request& request, Context& context) {
    TablePlace place{.project = find_project(request, context), .bucket = find_bucket(request, context), .table = {}};
    NewTable wanted = read_new_table(request.body);
    const TableLocks::Hold hold(context.table_locks, lock_name(place.project.id, place.bucket.schema, wanted.name));
    if (context.store.table(place.project.id, place.bucket.schema, wanted.name)) {
        fail(409, "table_exists", "the bucket already has a table \"" + wanted.name + "\"");
    }
    StagingFile output(context.layout.new_staging_path(place.project.number, ".duckdb"));
    wanted.job.output_file = job_path(output.path());
    const std::vector<std::string> primary_key = wanted.job.primary_key;
    const link::JobOutcome made = run_job(request, context, place.project, std::move(wanted.job)).value();
    place.table = or_fail(context.versions.create_table(place.project, place.bucket.schema, wanted.name,
                                                        text_of(request.body, "description").value_or(""),
                                                        wanted.descriptions, output.path(), made, primary_key),
                          "table");
    return table_reply(place, 201);
}

Response list_tables(const Request& request, Context& context) {
    const catalog::Project project = find_project(request, context);
    const catalog::Bucket bucket = find_bucket(request, context);
    const std::vector<catalog::Table> tables = or_fail(context.store.tables(project.id, bucket.schema), "bucket");
    const Page page = page_of(request, tables.size());
    json::array list;
    for (std::size_t i = page.begin; i < page.end; ++i) list.push_back(render(tables[i], bucket));
    return json_response(json::object{{"tables", std::move(list)}, {"total", tables.size()}});
}

Response get_table(const Request& request, Context& context) {
    return table_reply(find_table(request, context), 200);
}

Response delete_table(const Request& request, Context& context) {
    const TablePlace place = find_table(request, context);
    const TableLocks::Hold hold(context.table_locks,
                                lock_name(place.project.id, place.bucket.schema, place.table.name));
    or_fail(context.store.delete_table(place.project.id, place.bucket.schema, place.table.name), "table");
    context.fleet.catalog_changed(place.project.id);
    log::info("table_deleted", {{"project_id", place.project.id.value()},
                                {"bucket", place.bucket.schema},
                                {"table", place.table.name},
                                {"by", request.caller.name()},
                                {"request_id", request.request_id}});
    return no_content();
}

Response describe_table(const Request& request, Context& context) {
    TablePlace place = find_table(request, context);
    std::vector<std::pair<std::string, std::string>> columns;
    if (const json::value* body = member_of(request.body, "columns")) {
        for (const auto& [name, text] : body->as_object()) {
            if (!text.is_string() || text.as_string().size() > 8000) {
                fail_field("columns." + std::string(name), "must be text of at most 8000 bytes");
            }
            require_columns(place.table, {std::string(name)});
            columns.emplace_back(name, text.as_string());
        }
    }
    place.table =
        or_fail(context.store.set_descriptions(place.table.id, text_of(request.body, "description"), columns), "table");
    context.fleet.catalog_changed(place.project.id);
    return table_reply(place, 200);
}

Response preview_table(const Request& request, Context& context) {
    const TablePlace place = find_table(request, context);
    std::vector<std::string> columns = split_names(request.option("columns").value_or(""));
    require_columns(place.table, columns);
    link::JobOutcome outcome = run_job(request, context, place.project,
                                       link::PreviewJob{.table_file = version_path(place.table, context),
                                                        .columns = std::move(columns),
                                                        .limit = request.number("limit")})
                                   .value();
    Response response;
    response.body = std::move(outcome.preview_json);
    return response;
}

}  // namespace smew::http::endpoints
