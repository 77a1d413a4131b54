// A file out of a version: DuckDB streams it in the order of the table, in memory that does not grow with it.

#include "engine/duckdb_instance.hpp"
#include "engine/loader_expression.hpp"
#include "engine/loader_jobs.hpp"
#include "engine/loader_source.hpp"
#include "engine/loader_sql.hpp"

namespace smew::engine::loader {
namespace {

// JSON has no NaN and no infinity: they are written as the strings "NaN", "Infinity", "-Infinity".
std::string json_value(const link::ColumnSpec& column) {
    const std::string name = sql_identifier(column.name);
    if (column.type != "DOUBLE" && column.type != "FLOAT") return name;
    return "CASE WHEN isnan(" + name + ") THEN to_json('NaN') WHEN isinf(" + name + ") THEN to_json(CASE WHEN " + name +
           " > 0 THEN 'Infinity' ELSE '-Infinity' END) ELSE to_json(" + name + ") END AS " + name;
}

Result<std::string> selected(const link::ExportJob& job, const Table& table) {
    const std::vector<std::string> names = table.names();
    std::vector<std::string> taken;
    std::string list;
    for (const std::string& name : job.columns.empty() ? names : job.columns) {
        const std::size_t at = find_identifier(names, name);
        if (at == names.size()) {
            return Error{sqlstate::kUndefinedColumn, "column \"" + shortened(name, 255) + "\" does not exist"};
        }
        if (find_identifier(taken, name) < taken.size()) {
            return Error{sqlstate::kDuplicateColumn, "column \"" + name + "\" is named more than once"};
        }
        taken.push_back(name);
        const bool json = job.format == link::FileFormat::kNdjson;
        list += (list.empty() ? "" : ", ") + (json ? json_value(table.columns[at]) : sql_identifier(names[at]));
    }
    return list;
}

Result<std::string> select_sql(JobDatabase& database, const link::ExportJob& job, const Table& table) {
    auto columns = selected(job, table);
    if (!columns) return columns.error();
    std::string sql = "SELECT " + *columns + " FROM " + kBaseTable;
    if (!job.where.empty()) {
        auto condition = checked_expression(database, "the condition", job.where, table.names());
        if (!condition) return condition.error();
        // In a subquery of its own, so that it sees the table's columns and not the ones made for JSON.
        sql = "SELECT " + *columns + " FROM (FROM " + kBaseTable + " WHERE CAST(" + *condition + " AS BOOLEAN))";
    }
    if (job.limit) sql += " LIMIT " + std::to_string(*job.limit);
    return sql;
}

Result<std::string> csv_options(const link::ExportJob& job) {
    if (auto valid = check_csv_options(job.csv); !valid) return valid.error();
    const link::CsvOptions& csv = job.csv;
    std::string sql = "FORMAT csv, DELIMITER " + sql_literal(csv.delimiter) + ", QUOTE " + sql_literal(csv.quote) +
                      ", ESCAPE " + sql_literal(csv.escape) + ", NULLSTR " + sql_literal(csv.null_string) +
                      ", HEADER " + (csv.header ? "true" : "false") + ", COMPRESSION " +
                      sql_literal(compression_name(job.compression));
    if (!csv.date_format.empty()) sql += ", DATEFORMAT " + sql_literal(csv.date_format);
    if (!csv.timestamp_format.empty()) sql += ", TIMESTAMPFORMAT " + sql_literal(csv.timestamp_format);
    return sql;
}

// Pages of Parquet are compressed even when nothing was asked for: snappy costs next to nothing and every reader has
// it.
std::string parquet_options(link::FileCompression compression) {
    const bool unset = compression == link::FileCompression::kNone;
    return "FORMAT parquet, COMPRESSION " + sql_literal(unset ? "snappy" : compression_name(compression));
}

Result<std::string> format_options(const link::ExportJob& job) {
    switch (job.format) {
        case link::FileFormat::kCsv:
            return csv_options(job);
        case link::FileFormat::kParquet:
            return parquet_options(job.compression);
        case link::FileFormat::kNdjson:
            return "FORMAT json, ARRAY false, COMPRESSION " + sql_literal(compression_name(job.compression));
    }
    return Error{sqlstate::kInternalError, "unknown file format"};
}

}  // namespace

Result<link::JobOutcome> run_export(const link::ExportJob& job, const JobContext& context) {
    auto output = OutputFile::claim(job.output_file);
    if (!output) return output.error();
    auto opened = JobDatabase::open({job.table_file, job.output_file}, context.limits, context.cancel);
    if (!opened) return opened.error();
    JobDatabase& database = **opened;
    auto table = attach_base(database, job.table_file);
    if (!table) return table.error();
    auto select = select_sql(database, job, *table);
    if (!select) return select.error();
    auto options = format_options(job);
    if (!options) return options.error();

    link::JobOutcome outcome;
    auto copied = database.run("COPY (" + *select + ") TO " + sql_literal(job.output_file) + " (" + *options +
                               ", USE_TMP_FILE false)");
    if (!copied) return copied.error();
    outcome.rows = *copied;
    auto total = count_rows(database, kBaseTable);
    if (!total) return total.error();
    outcome.table_rows = *total;
    auto bytes = output->finish();
    if (!bytes) return bytes.error();
    outcome.file_bytes = bytes->count;
    outcome.columns = std::move(table->columns);
    return outcome;
}

}  // namespace smew::engine::loader
