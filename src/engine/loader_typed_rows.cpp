#include "engine/loader_typed_rows.hpp"

#include "engine/duckdb_instance.hpp"
#include "engine/loader_sql.hpp"

#include <algorithm>
#include <charconv>

namespace smew::engine::loader {
namespace {

constexpr std::size_t kShownValueBytes = 200;

class Load {
public:
    Load(JobDatabase& database, const TypedRows& rows, const std::vector<link::ColumnSpec>& columns,
         std::string_view target)
        : database_(database), rows_(rows), columns_(columns), target_(target) {}

    Result<std::uint64_t> all() {
        std::string values;
        for (const Field& field : rows_.fields) values += (values.empty() ? "" : ", ") + field.strict;
        return database_.run(insert() + "SELECT " + values + " FROM " + rows_.fast);
    }

    // The rows that are not bad.
    Result<std::uint64_t> good() {
        std::string values;
        for (const Field& field : rows_.fields) values += (values.empty() ? "" : ", ") + field.lenient;
        return database_.run(insert() + "SELECT " + values + " FROM " + rows_.slow + " WHERE (" + bad() +
                             ") IS NOT TRUE");
    }

    // The first bad rows, at most `limit`; `count` is of all of them.
    Result<void> find_bad(std::size_t limit, Rejections& found) {
        const std::string listed =
            "SELECT place, which, value, count(*) OVER () FROM (SELECT row_number() OVER () AS place, " + which() +
            " AS which, " + value() + " AS value FROM " + rows_.slow +
            ") WHERE which IS NOT NULL ORDER BY place LIMIT " + std::to_string(limit);
        auto rows = database_.query(listed);
        if (!rows) return rows.error();
        for (const Row& row : *rows) {
            found.first.push_back(rejected(row));
            found.rows = number(row[3]);
        }
        return {};
    }

private:
    static std::uint64_t number(const std::optional<std::string>& text) {
        std::uint64_t value = 0;
        if (text) std::from_chars(text->data(), text->data() + text->size(), value);
        return value;
    }

    const link::ColumnSpec& column(const Field& field) const { return columns_[field.column]; }

    std::string insert() const {
        std::vector<std::string> names;
        for (const Field& field : rows_.fields) names.push_back(column(field).name);
        return "INSERT INTO " + std::string(target_) + " (" + quote_identifiers(names) + ") ";
    }

    static std::string bad(const Field& field) {
        return "((" + field.raw + ") IS NOT NULL AND (" + field.lenient + ") IS NULL)";
    }

    std::string bad() const {
        std::string sql = rows_.whole.empty() ? "false" : "(" + rows_.whole + ") IS NOT TRUE";
        for (const Field& field : rows_.fields) sql += " OR " + bad(field);
        return sql;
    }

    // The number of the first bad column, -1 where the row itself cannot be read, NULL where all is well.
    std::string which() const {
        std::string sql = "CASE WHEN false THEN 0";
        if (!rows_.whole.empty()) sql += " WHEN (" + rows_.whole + ") IS NOT TRUE THEN -1";
        for (std::size_t i = 0; i < rows_.fields.size(); ++i) {
            sql += " WHEN " + bad(rows_.fields[i]) + " THEN " + std::to_string(i);
        }
        return sql + " ELSE NULL END";
    }

    std::string value() const {
        std::string sql = "CASE WHEN false THEN ''";
        for (const Field& field : rows_.fields) sql += " WHEN " + bad(field) + " THEN " + field.raw;
        return sql + " ELSE NULL END";
    }

    link::RejectedRow rejected(const Row& row) const {
        if (row[1] == "-1") return {number(row[0]), "", "not an object of JSON"};
        const link::ColumnSpec& at_fault = column(rows_.fields[number(row[1])]);
        return {number(row[0]), at_fault.name,
                "could not convert \"" + shortened(row[2].value_or(""), kShownValueBytes) + "\" to " + at_fault.type};
    }

    JobDatabase& database_;
    const TypedRows& rows_;
    const std::vector<link::ColumnSpec>& columns_;
    const std::string_view target_;
};

Sqlstate code_of(const link::RejectedRow& row) {
    return row.column.empty() ? sqlstate::kBadCopyFileFormat : sqlstate::kInvalidTextRepresentation;
}

bool says_why(const Error& error) {
    return error.code.error_class() != "22" && error.code.error_class() != "42" &&
           error.code != sqlstate::kInternalError;
}

}  // namespace

Result<std::uint64_t> load_typed_rows(JobDatabase& database, const TypedRows& rows,
                                      const std::vector<link::ColumnSpec>& columns, std::string_view target,
                                      std::uint64_t max_rejected, Rejections& rejections) {
    Load load(database, rows, columns, target);
    Result<std::uint64_t> loaded = Error{sqlstate::kUndefinedColumn, "the file has none of the table's columns"};
    if (max_rejected == 0 && !rows.fields.empty()) loaded = load.all();
    if (loaded) return loaded;
    if (says_why(loaded.error())) return worded_not_null(loaded.error());

    if (auto searched = load.find_bad(kMaxReported, rejections); !searched) return searched.error();
    if (rejections.rows > max_rejected) {
        Error error = bad_row(code_of(rejections.first.front()), rejections.first.front());
        if (max_rejected > 0) error.detail = "More than " + std::to_string(max_rejected) + " rows could not be loaded.";
        return error;
    }
    if (max_rejected == 0 || rows.fields.empty()) return loaded;  // nothing found that explains it better
    auto good = load.good();
    return good ? good : Result<std::uint64_t>(worded_not_null(good.error()));
}

}  // namespace smew::engine::loader
