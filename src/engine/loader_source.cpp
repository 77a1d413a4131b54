#include "engine/loader_source.hpp"

#include "engine/loader_sql.hpp"

#include <algorithm>

namespace smew::engine::loader {

Result<std::unique_ptr<Source>> open_source(JobDatabase& database, const link::ImportJob& job, const Table* table) {
    switch (job.format) {
        case link::FileFormat::kCsv:
            return open_csv(database, job, table);
        case link::FileFormat::kParquet:
            return open_parquet(database, job, table);
        case link::FileFormat::kNdjson:
            return open_ndjson(database, job, table);
    }
    return Error{sqlstate::kInternalError, "unknown file format"};
}

Result<std::vector<std::size_t>> match_columns(const std::vector<std::string>& names, const Table& table) {
    const std::vector<std::string> wanted = table.names();
    std::vector<std::size_t> matches;
    std::vector<bool> found(wanted.size(), false);
    for (const std::string& name : names) {
        const std::size_t at = find_identifier(wanted, name);
        const std::string shown = "column \"" + shortened(name, 255) + "\"";
        if (at == wanted.size()) {
            return Error{sqlstate::kUndefinedColumn, "the file has " + shown + ", which the table does not have"};
        }
        if (found[at]) return Error{sqlstate::kDuplicateColumn, "the file has " + shown + " more than once"};
        found[at] = true;
        matches.push_back(at);
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const link::ColumnSpec& column = table.columns[i];
        if (!found[i] && !column.nullable && column.default_expression.empty()) {
            return Error{sqlstate::kNotNullViolation,
                         "column \"" + column.name + "\" is missing from the file and must not be null"};
        }
    }
    return matches;
}

std::vector<link::ColumnSpec> described_columns(const std::vector<NamedType>& described) {
    std::vector<std::string> names;
    for (const NamedType& column : described) names.push_back(column.name);
    names = usable_column_names(names);
    std::vector<link::ColumnSpec> columns;
    for (std::size_t i = 0; i < names.size(); ++i) columns.push_back({names[i], described[i].type, true, {}});
    return columns;
}

Error bad_row(Sqlstate code, const link::RejectedRow& row) {
    std::string place = "row " + std::to_string(row.line);
    if (!row.column.empty()) place += ", column \"" + row.column + "\"";
    return Error{code, place + ": " + row.message};
}

std::string_view compression_name(link::FileCompression compression) {
    switch (compression) {
        case link::FileCompression::kNone:
            return "uncompressed";
        case link::FileCompression::kGzip:
            return "gzip";
        case link::FileCompression::kZstd:
            return "zstd";
    }
    return "uncompressed";
}

Error empty_file() {
    return Error{sqlstate::kBadCopyFileFormat, "the file is empty", "",
                 "Create the table with its columns first, or load a file that names them."};
}

}  // namespace smew::engine::loader
