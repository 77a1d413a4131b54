// The first rows of a version as JSON.

#include "engine/loader_jobs.hpp"
#include "engine/loader_json.hpp"
#include "engine/loader_sql.hpp"

#include <duckdb.hpp>

namespace smew::engine::loader {
namespace {

// The answer travels in one frame of the link (64 MiB) and is held in memory on the way to the client.
constexpr std::size_t kMaxRowsBytes = 32U << 20;

Result<std::vector<std::string>> shown_columns(const link::PreviewJob& job, const Table& table) {
    const std::vector<std::string> names = table.names();
    if (job.columns.empty()) return names;
    std::vector<std::string> shown;
    for (const std::string& name : job.columns) {
        const std::size_t at = find_identifier(names, name);
        if (at == names.size()) {
            return Error{sqlstate::kUndefinedColumn, "column \"" + shortened(name, 255) + "\" does not exist"};
        }
        if (find_identifier(shown, name) < shown.size()) {
            return Error{sqlstate::kDuplicateColumn, "column \"" + name + "\" is named more than once"};
        }
        shown.push_back(names[at]);
    }
    return shown;
}

struct Rows {
    std::string json;  // {…},{…}
    std::uint64_t count = 0;
};

void append_row(Rows& rows, const std::vector<std::string>& names, const duckdb::DataChunk& chunk, duckdb::idx_t row) {
    rows.json += rows.count == 0 ? "{" : ",{";
    for (std::size_t column = 0; column < names.size(); ++column) {
        if (column > 0) rows.json += ',';
        append_json_string(rows.json, names[column]);
        rows.json += ':';
        append_json(rows.json, chunk.GetValue(column, row));
    }
    rows.json += '}';
    ++rows.count;
}

// Ends early, at a whole row, when the text grows too large.
Result<Rows> read_rows(JobDatabase& database, const std::vector<std::string>& names, std::uint64_t limit) {
    try {
        const auto result = database.native().SendQuery("SELECT " + quote_identifiers(names) + " FROM " + kBaseTable +
                                                        " LIMIT " + std::to_string(limit));
        Rows rows;
        while (!result->HasError()) {
            const auto chunk = result->Fetch();
            if (!chunk || chunk->size() == 0) break;
            for (duckdb::idx_t row = 0; row < chunk->size(); ++row) {
                const std::size_t before = rows.json.size();
                append_row(rows, names, *chunk, row);
                if (rows.json.size() <= kMaxRowsBytes) continue;
                rows.json.resize(before);
                --rows.count;
                return rows;
            }
        }
        if (result->HasError()) return database.to_error(result->GetErrorObject());
        return rows;
    } catch (const std::exception& thrown) {
        return database.to_error(thrown);
    }
}

std::string preview_json(const std::vector<std::string>& names, const Rows& rows, std::uint64_t total) {
    std::string json = R"({"columns":[)";
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) json += ',';
        append_json_string(json, names[i]);
    }
    json += R"(],"rows":[)" + rows.json + R"(],"total_row_count":)" + std::to_string(total) +
            R"(,"preview_row_count":)" + std::to_string(rows.count) + "}";
    return json;
}

}  // namespace

Result<link::JobOutcome> run_preview(const link::PreviewJob& job, const JobContext& context) {
    auto database = JobDatabase::open({job.table_file}, context.limits, context.cancel);
    if (!database) return database.error();
    auto table = attach_base(**database, job.table_file);
    if (!table) return table.error();
    auto names = shown_columns(job, *table);
    if (!names) return names.error();
    auto total = count_rows(**database, kBaseTable);
    if (!total) return total.error();
    auto rows = read_rows(**database, *names, job.limit);
    if (!rows) return rows.error();

    link::JobOutcome outcome;
    outcome.rows = rows->count;
    outcome.table_rows = *total;
    outcome.columns = std::move(table->columns);
    outcome.file_bytes = file_size(job.table_file).count;
    outcome.preview_json = preview_json(*names, *rows, *total);
    return outcome;
}

}  // namespace smew::engine::loader
