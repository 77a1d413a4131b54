#include "http/table_work.hpp"

#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/sql_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace smew::http {
namespace {

constexpr int kMostAttempts = 5;

std::string_view name_of(const link::LoadJob& job) {
    if (std::holds_alternative<link::ImportJob>(job)) return "import";
    if (std::holds_alternative<link::ExportJob>(job)) return "export";
    return std::holds_alternative<link::PreviewJob>(job) ? "preview" : "rewrite";
}

}  // namespace

StagingFile::~StagingFile() {
    if (path_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

std::string job_path(const std::filesystem::path& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

std::string version_path(const catalog::Table& table, const Context& context) {
    return job_path(context.layout.absolute(table.version_file));
}

Result<link::JobOutcome> run_job(const Request& request, Context& context, const catalog::Project& project,
                                 link::LoadJob job) {
    tracing::Span span = request.transaction->span("loader.run", name_of(job));
    Result<link::JobOutcome> done = context.fleet.run_job(project, std::move(job));
    span.set_status(done ? tracing::Status::kOk : tracing::status_of_sqlstate(done.error().code.text()));
    if (done) span.set_data("rows", static_cast<std::int64_t>(done->rows));
    return done;
}

Rewrite unchanged(const catalog::Table& table) {
    Rewrite rewrite{.columns = {}, .primary_key = table.primary_key, .delete_where = {}};
    for (const link::ColumnSpec& column : table.columns) {
        rewrite.columns.push_back({.spec = column, .source = quote_identifier(column.name)});
    }
    return rewrite;
}

Rewritten rewrite_table(const Request& request, Context& context,
                        const std::function<Rewrite(const catalog::Table&)>& plan) {
    const catalog::Bucket bucket = find_bucket(request, context);
    const TableLocks::Hold hold(context.table_locks,
                                lock_name(request.project(), bucket.schema, request.parameter("table")));
    for (int attempt = 1;; ++attempt) {
        TablePlace place = find_table(request, context);
        Rewrite rewrite = plan(place.table);
        StagingFile output(context.layout.new_staging_path(place.project.number, ".duckdb"));
        const std::vector<std::string> primary_key = rewrite.primary_key;
        link::JobOutcome outcome = run_job(request, context, place.project,
                                           link::RewriteJob{.base_file = version_path(place.table, context),
                                                            .columns = std::move(rewrite.columns),
                                                            .primary_key = std::move(rewrite.primary_key),
                                                            .delete_where = std::move(rewrite.delete_where),
                                                            .output_file = job_path(output.path())})
                                       .value();
        Result<catalog::Table> published =
            context.versions.publish(place.project, place.table, output.path(), outcome, primary_key);
        if (!published && published.error().code == sqlstate::kSerializationFailure && attempt < kMostAttempts)
            continue;
        place.table = or_fail(std::move(published), "table");
        return {.place = std::move(place), .outcome = std::move(outcome)};
    }
}

std::string default_expression(const boost::json::value& value, std::string_view field) {
    if (value.is_null()) return {};
    if (value.is_bool() || value.is_number()) return boost::json::serialize(value);
    if (!value.is_string()) fail_field(field, "must be a SQL expression, a number or a boolean");
    std::string text(value.as_string());
    if (text.size() > 1000) fail_field(field, "must have at most 1000 characters");
    if (text.empty()) return text;
    if (Result<void> fine = check_expression(text); !fine) fail_field(field, fine.error().message);
    return text;
}

link::ColumnSpec column_spec(const boost::json::value& body) {
    link::ColumnSpec spec{.name = text_of(body, "name").value_or(""),
                          .type = text_of(body, "type").value_or(""),
                          .nullable = flag_of(body, "nullable").value_or(true),
                          .default_expression = {}};
    if (Result<void> fine = catalog::check_column_name(spec.name); !fine) fail_field("name", fine.error().message);
    if (Result<void> fine = check_type(spec.type); !fine) fail_field("type", fine.error().message);
    if (const boost::json::value* value = member_of(body, "default")) {
        spec.default_expression = default_expression(*value, "default");
    }
    return spec;
}

void check_primary_key(const std::vector<std::string>& key, const std::vector<link::ColumnSpec>& columns) {
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto named = [&](const link::ColumnSpec& column) { return column.name == key[i]; };
        if (std::none_of(columns.begin(), columns.end(), named)) {
            fail(400, "column_not_found", "the primary key names \"" + key[i] + "\", which is no column of the table",
                 {{"column", key[i]}});
        }
        if (std::count(key.begin(), key.end(), key[i]) > 1) {
            fail(400, "invalid_primary_key", "the primary key names \"" + key[i] + "\" twice");
        }
    }
}

}  // namespace smew::http
