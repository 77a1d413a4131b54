// A version out of the current one with other columns, another key or fewer rows; or an empty first one.

#include "engine/loader_expression.hpp"
#include "engine/loader_jobs.hpp"
#include "engine/loader_sql.hpp"

namespace smew::engine::loader {
namespace {

std::vector<link::ColumnSpec> specs_of(const link::RewriteJob& job) {
    std::vector<link::ColumnSpec> specs;
    for (const link::RewriteJob::Column& column : job.columns) specs.push_back(column.spec);
    return specs;
}

// What fills a column: the caller's expression over the old columns, else its default, else NULL.
Result<std::string> filling(JobDatabase& database, const link::RewriteJob::Column& column,
                            const link::ColumnSpec& checked, const std::vector<std::string>& old_names) {
    if (column.source.empty()) return checked.default_expression.empty() ? "NULL" : checked.default_expression;
    return checked_expression(database, "the source of column \"" + checked.name + "\"", column.source, old_names);
}

Result<std::string> select_from_base(JobDatabase& database, const link::RewriteJob& job, const Table& table,
                                     const Table& base) {
    const std::vector<std::string> old_names = base.names();
    std::string values;
    for (std::size_t i = 0; i < job.columns.size(); ++i) {
        auto value = filling(database, job.columns[i], table.columns[i], old_names);
        if (!value) return value.error();
        values += (i == 0 ? "" : ", ") + *value;
    }
    std::string sql = "SELECT " + values + " FROM " + kBaseTable;
    if (job.delete_where.empty()) return sql;
    auto condition = checked_expression(database, "the condition", job.delete_where, old_names);
    if (!condition) return condition.error();
    return sql + " WHERE CAST(" + *condition + " AS BOOLEAN) IS NOT TRUE";
}

// The number of rows left out.
Result<std::uint64_t> copy_rows(JobDatabase& database, const link::RewriteJob& job, const Table& table,
                                const Table& base) {
    auto select = select_from_base(database, job, table, base);
    if (!select) return select.error();
    auto before = count_rows(database, kBaseTable);
    if (!before) return before.error();
    auto copied = database.run(std::string("INSERT INTO ") + kOutputTable + " (" + quote_identifiers(table.names()) +
                               ") " + *select);
    if (!copied) return worded_not_null(copied.error());
    return *before - *copied;
}

Result<void> no_rows_to_read(const link::RewriteJob& job) {
    for (const link::RewriteJob::Column& column : job.columns) {
        if (!column.source.empty()) {
            return Error{sqlstate::kInvalidParameterValue,
                         "column \"" + column.spec.name + "\" has a source, but there is no table to read it from"};
        }
    }
    if (job.delete_where.empty()) return {};
    return Error{sqlstate::kInvalidParameterValue, "there is no table to delete rows from"};
}

Result<std::uint64_t> fill_output(JobDatabase& database, const link::RewriteJob& job, const Table& table) {
    if (job.base_file.empty()) {
        if (auto valid = no_rows_to_read(job); !valid) return valid.error();
        if (auto created = create_table(database, kOutputTable, table); !created) return created.error();
        return std::uint64_t{0};
    }
    auto base = attach_base(database, job.base_file);
    if (!base) return base.error();
    if (auto created = create_table(database, kOutputTable, table); !created) return created.error();
    auto deleted = copy_rows(database, job, table, *base);
    if (!deleted) return deleted;
    if (auto unique = check_unique(database, kOutputTable, table.primary_key); !unique) return unique.error();
    return deleted;
}

}  // namespace

Result<link::JobOutcome> run_rewrite(const link::RewriteJob& job, const JobContext& context) {
    auto output = OutputFile::claim(job.output_file);
    if (!output) return output.error();
    auto database = JobDatabase::open({job.base_file, job.output_file}, context.limits, context.cancel);
    if (!database) return database.error();
    auto table = checked_table(**database, specs_of(job), job.primary_key);
    if (!table) return table.error();
    const AttachMode layout = layout_for(file_size(job.base_file).count);
    if (auto made = (*database)->attach(kOutput, job.output_file, layout); !made) return made.error();
    auto deleted = fill_output(**database, job, *table);
    if (!deleted) return deleted.error();
    link::JobOutcome outcome;
    outcome.rows = *deleted;
    if (auto published = publish_version(*std::move(database), *output, outcome); !published) return published.error();
    return outcome;
}

}  // namespace smew::engine::loader
