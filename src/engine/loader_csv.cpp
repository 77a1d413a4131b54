// CSV files: the dialect is the caller's, the types are the table's or found by reading the whole file.
//
// DuckDB's sniffer runs with a sample of all rows where types are inferred: a sample of some rows would make a column
// BIGINT whose 300,000th value is text, or VARCHAR because its first 20,000 are empty. It costs 0.25 s CPU for a
// million rows (44 MB), where loading them costs 0.9 s. Everything the sniffer might guess besides (delimiter, quotes,
// comments, lines to skip) is stated, and the load itself guesses nothing.

#include "engine/duckdb_instance.hpp"
#include "engine/loader_source.hpp"
#include "engine/loader_sql.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace smew::engine::loader {
namespace {

constexpr std::size_t kMaxOptionBytes = 100;
constexpr std::size_t kShownMessageBytes = 500;
constexpr std::uint64_t kMaxRejectedErrors = 1U << 20;  // kept in memory by DuckDB, with the text of the row
// Room for fields of many megabytes. DuckDB's own buffer would be 16 of these; two are enough and keep memory small.
constexpr std::string_view kBuffers = "max_line_size=16777216, buffer_size=33554432";

Error bad_option(std::string_view name, std::string_view why) {
    return Error{sqlstate::kInvalidParameterValue, "CSV option " + std::string(name) + " " + std::string(why)};
}

bool breaks_lines(std::string_view text) {
    return text.find_first_of("\r\n") != std::string_view::npos;
}

Result<void> check_quoting(const link::CsvOptions& csv) {
    if (csv.delimiter.empty() || csv.delimiter.size() > 4 || breaks_lines(csv.delimiter)) {
        return bad_option("delimiter", "must be 1 to 4 bytes and no line break");
    }
    if (csv.quote.size() > 1 || breaks_lines(csv.quote)) return bad_option("quote", "must be one character or empty");
    if (csv.escape.size() > 1 || breaks_lines(csv.escape))
        return bad_option("escape", "must be one character or empty");
    if (!csv.quote.empty() && csv.delimiter.find(csv.quote) != std::string::npos) {
        return bad_option("quote", "must not be part of the delimiter");
    }
    if (!csv.escape.empty() && csv.delimiter.find(csv.escape) != std::string::npos) {
        return bad_option("escape", "must not be part of the delimiter");
    }
    if (csv.null_string.find(csv.delimiter) != std::string::npos || breaks_lines(csv.null_string)) {
        return bad_option("null_string", "must not contain the delimiter or a line break");
    }
    if (!csv.quote.empty() && csv.null_string.find(csv.quote) != std::string::npos) {
        return bad_option("null_string", "must not contain the quote");
    }
    return {};
}

std::string sql_bool(bool value) {
    return value ? "true" : "false";
}

std::uint64_t number(const std::optional<std::string>& text) {
    std::uint64_t value = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

// Types whose text depends on a format that the sniffer may find.
bool temporal(const link::ColumnSpec& column) {
    return column.type.starts_with("DATE") || column.type.starts_with("TIMESTAMP");
}

class CsvSource final : public Source {
public:
    CsvSource(JobDatabase& database, const link::ImportJob& job, const Table* table)
        : database_(database), job_(job), table_(table) {}

    Result<void> open() {
        if (auto valid = check_csv_options(job_.csv); !valid) return valid;
        date_format_ = job_.csv.date_format;
        timestamp_format_ = job_.csv.timestamp_format;
        auto empty = is_empty();
        if (!empty) return empty.error();
        if (*empty && table_ == nullptr) return empty_file();
        return table_ == nullptr ? describe() : match(*empty);
    }

    const std::vector<link::ColumnSpec>& columns() const override { return table_ ? table_->columns : described_; }
    const Rejections& rejections() const override { return rejections_; }

    Result<std::uint64_t> load_into(std::string_view target) override {
        std::vector<std::string> names;
        for (const std::size_t at : order_) names.push_back(columns()[at].name);
        const std::string list = quote_identifiers(names);
        auto loaded = database_.run("INSERT INTO " + std::string(target) + " (" + list + ") SELECT " + list + " FROM " +
                                    reader());
        if (!loaded) return shown(loaded.error());
        if (auto collected = collect_rejections(); !collected) return collected.error();
        return *loaded;
    }

private:
    std::string dialect() const {
        const link::CsvOptions& csv = job_.csv;
        std::string sql =
            "delim=" + sql_literal(csv.delimiter) + ", quote=" + sql_literal(csv.quote) +
            ", escape=" + sql_literal(csv.escape) + ", header=" + sql_bool(csv.header) +
            ", nullstr=" + sql_literal(csv.null_string) + ", comment='', skip=0, null_padding=false" +
            ", strict_mode=true, encoding='utf-8', hive_partitioning=false, " + std::string(kBuffers) +
            ", compression=" +
            sql_literal(job_.compression == link::FileCompression::kNone ? "none" : compression_name(job_.compression));
        if (!date_format_.empty()) sql += ", dateformat=" + sql_literal(date_format_);
        if (!timestamp_format_.empty()) sql += ", timestampformat=" + sql_literal(timestamp_format_);
        return sql;
    }

    std::string reader() const {
        std::string types, not_null;
        for (const std::size_t at : order_) {
            const link::ColumnSpec& column = columns()[at];
            const std::string name = sql_literal(column.name);
            types += (types.empty() ? "" : ", ") + name + ": " + sql_literal(column.type);
            // No null string: an empty field is NULL, but where there can be no NULL it is the empty text.
            if (!column.nullable && column.type == "VARCHAR") not_null += (not_null.empty() ? "" : ", ") + name;
        }
        std::string sql = "read_csv(" + sql_literal(job_.source_file) + ", auto_detect=false, columns={" + types +
                          "}, " + dialect() + ", store_rejects=true, rejects_limit=" + std::to_string(errors_kept());
        // With a null string of its own, a quoted field is never NULL: what an export wrote comes back as it was.
        if (!job_.csv.null_string.empty()) sql += ", allow_quoted_nulls=false";
        if (job_.csv.null_string.empty() && !not_null.empty()) sql += ", force_not_null=[" + not_null + "]";
        return sql + ")";
    }

    // One row can have an error in each column, and DuckDB's limit counts errors.
    std::uint64_t errors_kept() const {
        const std::uint64_t per_row = order_.size() + 2;
        return std::min(kMaxRejectedErrors, job_.max_rejected >= kMaxRejectedErrors / per_row
                                                ? kMaxRejectedErrors
                                                : (job_.max_rejected + 1) * per_row);
    }

    Result<bool> is_empty() {
        auto first = database_.query(
            "SELECT 1 FROM read_csv(" + sql_literal(job_.source_file) +
            ", auto_detect=false, header=false, columns={'line': 'VARCHAR'}, delim=" + sql_literal(job_.csv.delimiter) +
            ", quote='', escape='', ignore_errors=true, " +
            "null_padding=true, strict_mode=false, hive_partitioning=false, compression=" +
            sql_literal(job_.compression == link::FileCompression::kNone ? "none"
                                                                         : compression_name(job_.compression)) +
            ", " + std::string(kBuffers) + ") LIMIT 1");
        if (!first) return shown(first.error());
        return first->empty();
    }

    // Names, types and the formats of dates as the sniffer sees them. Rows that do not fit are the load's business.
    Result<std::vector<NamedType>> sniff(bool whole_file) {
        const std::string options = dialect() + ", ignore_errors=true, sample_size=" + (whole_file ? "-1" : "20480");
        auto rows = database_.query(
            "SELECT c.name, c.type, d, t FROM (SELECT unnest(Columns) AS c, DateFormat AS d, TimestampFormat AS t "
            "FROM sniff_csv(" +
            sql_literal(job_.source_file) + ", " + options + "))");
        if (!rows) return unreadable(rows.error());
        std::vector<NamedType> columns;
        for (const Row& row : *rows) columns.push_back({row[0].value_or(""), row[1].value_or("")});
        if (columns.empty()) return empty_file();
        const Row& first = rows->front();
        // ISO forms are what DuckDB reads anyway, faster than by a format.
        if (date_format_.empty() && first[2] != "%Y-%m-%d") date_format_ = first[2].value_or("");
        if (timestamp_format_.empty() && first[3] != "%Y-%m-%d %H:%M:%S") timestamp_format_ = first[3].value_or("");
        return columns;
    }

    Result<void> describe() {
        auto sniffed = sniff(true);
        if (!sniffed) return sniffed.error();
        described_ = described_columns(*sniffed);
        for (std::size_t i = 0; i < described_.size(); ++i) order_.push_back(i);
        return {};
    }

    Result<void> match(bool empty) {
        const bool by_name = job_.csv.header && !empty;
        const bool wants_formats = !empty && date_format_.empty() && timestamp_format_.empty() &&
                                   std::any_of(table_->columns.begin(), table_->columns.end(), temporal);
        for (std::size_t i = 0; i < table_->columns.size(); ++i) order_.push_back(i);
        if (!by_name && !wants_formats) return {};
        auto sniffed = sniff(false);
        if (!sniffed) return by_name ? Result<void>(sniffed.error()) : Result<void>();
        if (!by_name) return {};
        std::vector<std::string> names;
        for (const link::ColumnSpec& column : described_columns(*sniffed)) names.push_back(column.name);
        auto matched = match_columns(names, *table_);
        if (!matched) return matched.error();
        order_ = *std::move(matched);
        return {};
    }

    Result<void> collect_rejections() {
        auto counted = database_.query("SELECT count(DISTINCT line), count(*) FROM reject_errors");
        if (!counted) return counted.error();
        rejections_.rows = number(counted->front()[0]);
        const bool complete = number(counted->front()[1]) < errors_kept();
        if (rejections_.rows == 0) return {};
        auto rows = database_.query(
            "SELECT line, coalesce(column_name, ''), CAST(error_type AS VARCHAR), error_message FROM reject_errors "
            "QUALIFY row_number() OVER (PARTITION BY line ORDER BY column_idx) = 1 ORDER BY line LIMIT " +
            std::to_string(kMaxReported));
        if (!rows) return rows.error();
        for (const Row& row : *rows) {
            rejections_.first.push_back(
                {number(row[0]), row[1].value_or(""), shortened(row[3].value_or(""), kShownMessageBytes)});
        }
        if (complete && rejections_.rows <= job_.max_rejected) return {};
        return too_many(rows->front()[2].value_or(""));
    }

    Error too_many(std::string_view kind) const {
        Sqlstate code = sqlstate::kBadCopyFileFormat;
        if (kind == "CAST") code = sqlstate::kInvalidTextRepresentation;
        if (kind == "INVALID ENCODING") code = sqlstate::kCharacterNotInRepertoire;
        Error error = bad_row(code, rejections_.first.front());
        if (job_.max_rejected > 0) {
            error.detail = "More than " + std::to_string(job_.max_rejected) + " rows could not be loaded.";
        }
        return error;
    }

    // DuckDB's advice names its own options and the file.
    Error unreadable(const Error& error) const {
        const bool not_unpacked = error.code == sqlstate::kIoError && job_.compression != link::FileCompression::kNone;
        if (error.code != sqlstate::kInvalidParameterValue && !not_unpacked) return error;
        return Error{sqlstate::kBadCopyFileFormat, "the file cannot be read as CSV with these options", "",
                     "Check delimiter, quote, escape, header and compression, and that the text is UTF-8."};
    }
    Error shown(const Error& error) const { return worded_not_null(unreadable(error)); }

    JobDatabase& database_;
    const link::ImportJob& job_;
    const Table* table_;
    std::vector<link::ColumnSpec> described_;
    std::vector<std::size_t> order_;  // for each column of the file, its place in columns()
    std::string date_format_, timestamp_format_;
    Rejections rejections_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_csv(JobDatabase& database, const link::ImportJob& job, const Table* table) {
    auto source = std::make_unique<CsvSource>(database, job, table);
    if (auto opened = source->open(); !opened) return opened.error();
    return std::unique_ptr<Source>(std::move(source));
}

Result<void> check_csv_options(const link::CsvOptions& csv) {
    const std::pair<std::string_view, const std::string*> options[] = {
        {"delimiter", &csv.delimiter},     {"quote", &csv.quote},
        {"escape", &csv.escape},           {"null_string", &csv.null_string},
        {"date_format", &csv.date_format}, {"timestamp_format", &csv.timestamp_format}};
    for (const auto& [name, value] : options) {
        if (auto valid = checked_text(*value, kMaxOptionBytes, "CSV option " + std::string(name)); !valid) return valid;
    }
    return check_quoting(csv);
}

}  // namespace smew::engine::loader
