// A version out of a file and, for append and upsert, the current version.
//
// What is already in the table is not written again where that can be helped: the new file starts as a copy of the
// current one and only the changed parts are encoded. It is written anew when the definition or the layout no longer
// fits, or when an upsert replaces so much that the file would be full of deleted rows.

#include "engine/duckdb_instance.hpp"
#include "engine/loader_integrity.hpp"
#include "engine/loader_jobs.hpp"
#include "engine/loader_source.hpp"
#include "engine/loader_sql.hpp"

#include <algorithm>

namespace smew::engine::loader {
namespace {

constexpr std::uint64_t kRewriteShare = 4;  // an upsert that replaces more than 1/4 of the rows writes all of them anew
constexpr std::uint64_t kTextGrowth = 8;    // of compressed sources, at most, for choosing the layout

std::uint64_t expected_bytes(const link::ImportJob& job) {
    const bool compressed = job.compression != link::FileCompression::kNone || job.format == link::FileFormat::kParquet;
    return file_size(job.source_file).count * (compressed ? kTextGrowth : 1);
}

bool same_columns(const Table& left, const Table& right) {
    return std::equal(left.columns.begin(), left.columns.end(), right.columns.begin(), right.columns.end(),
                      [](const link::ColumnSpec& a, const link::ColumnSpec& b) {
                          return a.name == b.name && a.type == b.type && a.nullable == b.nullable;
                      });
}

class Import {
public:
    Import(const link::ImportJob& job, const JobContext& context, std::unique_ptr<JobDatabase> database,
           OutputFile& output)
        : job_(job), context_(context), database_(std::move(database)), output_(output) {}

    Result<link::JobOutcome> run() {
        for (const auto step : {&Import::check_job, &Import::define_table, &Import::open_file, &Import::load}) {
            if (auto done = (this->*step)(); !done) return done.error();
        }
        outcome_.rejected_rows = source_->rejections().rows;
        outcome_.rejected = source_->rejections().first;
        if (auto published = publish_version(std::move(database_), output_, outcome_); !published) {
            return published.error();
        }
        return std::move(outcome_);
    }

private:
    bool keeps_rows() const { return job_.mode != link::ImportMode::kReplace && !job_.base_file.empty(); }
    // Rows that may replace others, or be refused by those there are, are looked at before they go into the output.
    bool needs_stage() const {
        return job_.mode == link::ImportMode::kUpsert || (keeps_rows() && !job_.primary_key.empty());
    }

    Result<void> check_job() {
        if (job_.mode == link::ImportMode::kUpsert && job_.primary_key.empty()) {
            return Error{sqlstate::kInvalidParameterValue, "mode upsert needs a primary key", "",
                         "Set the table's primary key first, or use mode append."};
        }
        return {};
    }

    // From the job, else from the version there is, else left to the file.
    Result<void> define_table() {
        if (keeps_rows()) {
            auto base = attach_base(*database_, job_.base_file);
            if (!base) return base.error();
            base_ = *std::move(base);
        }
        if (job_.columns.empty() && !keeps_rows()) return {};
        auto table = checked_table(*database_, job_.columns.empty() ? base_.columns : job_.columns, job_.primary_key);
        if (!table) return table.error();
        table_ = *std::move(table);
        return {};
    }

    Result<void> open_file() {
        const bool defined = !table_.columns.empty();
        auto source = open_source(*database_, job_, defined ? &table_ : nullptr);
        if (!source) return source.error();
        source_ = *std::move(source);
        if (defined) return {};
        // The file decided the columns; the job may still have named a key among them.
        table_.columns = source_->columns();
        auto table = checked_table(*database_, table_.columns, job_.primary_key);
        if (!table) return table.error();
        table_ = *std::move(table);
        return {};
    }

    Result<void> load() {
        if (!needs_stage()) return load_directly();
        if (auto created = create_table(*database_, kStageTable, table_); !created) return created;
        auto loaded = source_->load_into(kStageTable);
        if (!loaded) return loaded.error();
        outcome_.rows = *loaded;
        return job_.mode == link::ImportMode::kUpsert ? upsert_stage() : append_stage();
    }

    Result<void> load_directly() {
        if (auto begun = begin_output("true"); !begun) return begun;
        auto loaded = source_->load_into(kOutputTable);
        if (!loaded) return loaded.error();
        outcome_.rows = *loaded;
        return check_unique(*database_, kOutputTable, table_.primary_key);
    }

    Result<void> append_stage() {
        if (auto unique = check_unique(*database_, kStageTable, table_.primary_key); !unique) return unique;
        if (auto disjoint = check_disjoint(*database_, kBaseTable, kStageTable, table_.primary_key); !disjoint) {
            return disjoint;
        }
        if (auto begun = begin_output("true"); !begun) return begun;
        return insert_stage("true");
    }

    Result<void> upsert_stage() {
        const std::string replaced =
            std::string("EXISTS (FROM ") + kStageTable + " s WHERE " + keys_equal("s", "t", table_.primary_key) + ")";
        if (keeps_rows()) {
            if (auto counted = count_replaced(replaced); !counted) return counted;
        }
        if (auto begun = begin_output("NOT " + replaced); !begun) return begun;
        if (extended_) {
            auto deleted = database_->run(std::string("DELETE FROM ") + kOutputTable + " t WHERE " + replaced);
            if (!deleted) return deleted.error();
        }
        const std::string last = "rowid IN (SELECT max(rowid) FROM " + std::string(kStageTable) + " GROUP BY " +
                                 quote_identifiers(table_.primary_key) + ")";
        return insert_stage(last);
    }

    Result<void> count_replaced(const std::string& replaced) {
        auto all = count_rows(*database_, kBaseTable);
        if (!all) return all.error();
        auto some = count_rows(*database_, std::string(kBaseTable) + " t WHERE " + replaced);
        if (!some) return some.error();
        mostly_replaced_ = *some > *all / kRewriteShare;
        return {};
    }

    // The order of the file is the order of the table.
    Result<void> insert_stage(const std::string& condition) {
        const std::string names = quote_identifiers(table_.names());
        auto inserted = database_->run(std::string("INSERT INTO ") + kOutputTable + " (" + names + ") SELECT " + names +
                                       " FROM " + kStageTable + " WHERE " + condition + " ORDER BY rowid");
        if (!inserted) return worded_not_null(inserted.error());
        return {};
    }

    // Attaches the output with the rows of the base in it. `kept` says of a base row t whether it stays, when they are
    // written anew; a copy has them all.
    Result<void> begin_output(const std::string& kept) {
        auto extend = can_extend();
        if (!extend) return extend.error();
        extended_ = *extend;
        if (extended_) {
            if (auto copied = output_.copy_from(job_.base_file, context_.cancel); !copied) return copied;
            return database_->attach(kOutput, output_.path(), AttachMode::kExtend);
        }
        const std::uint64_t bytes = expected_bytes(job_) + (keeps_rows() ? file_size(job_.base_file).count : 0);
        if (auto made = database_->attach(kOutput, output_.path(), layout_for(bytes)); !made) return made;
        if (auto created = create_table(*database_, kOutputTable, table_); !created) return created;
        return keeps_rows() ? copy_base(kept) : Result<void>();
    }

    Result<bool> can_extend() {
        if (!keeps_rows() || mostly_replaced_ || !same_columns(base_, table_)) return false;
        auto size = database_->query("SELECT block_size FROM pragma_database_size() WHERE database_name = 'base'");
        if (!size) return size.error();
        const bool small = !size->empty() && size->front()[0] == "16384";
        const auto grown = layout_for(expected_bytes(job_) + file_size(job_.base_file).count);
        return small == (grown == AttachMode::kCreateSmall) || !small;
    }

    Result<void> copy_base(const std::string& kept) {
        std::vector<std::string> shared;
        for (const std::string& name : table_.names()) {
            if (find_identifier(base_.names(), name) < base_.columns.size()) shared.push_back(name);
        }
        const std::string names = quote_identifiers(shared);
        auto copied = database_->run(std::string("INSERT INTO ") + kOutputTable + " (" + names + ") SELECT " + names +
                                     " FROM " + kBaseTable + " t WHERE " + kept);
        if (!copied) return worded_not_null(copied.error());
        // Without this, adding one more row would write the last blocks a second time and leave the first copy unused.
        if (auto written = database_->run(R"(CHECKPOINT "output")"); !written) return written.error();
        return {};
    }

    const link::ImportJob& job_;
    const JobContext& context_;
    std::unique_ptr<JobDatabase> database_;
    OutputFile& output_;
    Table base_, table_;
    std::unique_ptr<Source> source_;
    bool mostly_replaced_ = false;
    bool extended_ = false;  // the output began as a copy of the base
    link::JobOutcome outcome_;
};

}  // namespace

Result<link::JobOutcome> run_import(const link::ImportJob& job, const JobContext& context) {
    if (auto there = require_file(job.source_file, "the file to import"); !there) return there.error();
    if (job.format != link::FileFormat::kParquet) {
        auto whole = check_compressed(job.source_file, job.compression, context.cancel);
        if (!whole) return whole.error();
    }
    auto output = OutputFile::claim(job.output_file);
    if (!output) return output.error();
    auto database =
        JobDatabase::open({job.source_file, job.base_file, job.output_file}, context.limits, context.cancel);
    if (!database) return database.error();
    return Import(job, context, *std::move(database), *output).run();
}

}  // namespace smew::engine::loader
