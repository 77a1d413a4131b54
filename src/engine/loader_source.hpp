#pragma once
// The file that an import reads, matched with the table's columns.

#include "core/error.hpp"
#include "engine/loader_database.hpp"
#include "engine/loader_table.hpp"
#include "link/messages.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine::loader {

struct Rejections {
    std::uint64_t rows = 0;
    std::vector<link::RejectedRow> first;  // at most kMaxReported
};
inline constexpr std::size_t kMaxReported = 100;

class Source {
public:
    virtual ~Source() = default;
    // The table's columns, or those the file itself describes.
    virtual const std::vector<link::ColumnSpec>& columns() const = 0;
    // Adds the file's rows to `target`, which has columns(), in their order. How many. Bad rows are left out while they
    // are no more than the job allows; else the first of them is the error: 22P02 (a value) or 22P04 (the format), with
    // row and column.
    virtual Result<std::uint64_t> load_into(std::string_view target) = 0;
    virtual const Rejections& rejections() const = 0;
};

// `table`: nullptr when the file decides the columns. The job, the database and the table outlive the source.
Result<std::unique_ptr<Source>> open_csv(JobDatabase& database, const link::ImportJob& job, const Table* table);
Result<std::unique_ptr<Source>> open_parquet(JobDatabase& database, const link::ImportJob& job, const Table* table);
Result<std::unique_ptr<Source>> open_ndjson(JobDatabase& database, const link::ImportJob& job, const Table* table);
// The one of the job's format.
Result<std::unique_ptr<Source>> open_source(JobDatabase& database, const link::ImportJob& job, const Table* table);

// For each column of a file, the table's column of that name, by index. Errors: 42703 the table has no such column,
// 42701 two columns of the file mean one, 23502 a column that needs a value is missing from the file.
Result<std::vector<std::size_t>> match_columns(const std::vector<std::string>& names, const Table& table);

// New columns out of what the file describes: names made usable, everything nullable.
std::vector<link::ColumnSpec> described_columns(const std::vector<NamedType>& described);

// 22P02 or the like for a row that cannot be loaded: "row 5, column "amount": …".
Error bad_row(Sqlstate code, const link::RejectedRow& row);

// 22023 names the option that cannot be used. For imports and exports.
Result<void> check_csv_options(const link::CsvOptions& csv);

// 'gzip' and so on, as read_csv, read_json and COPY call them.
std::string_view compression_name(link::FileCompression compression);

// The error of an empty file that has no columns to infer.
Error empty_file();

}  // namespace smew::engine::loader
