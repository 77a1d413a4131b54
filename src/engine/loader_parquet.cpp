// Parquet files. Columns are matched by name, as with the header of a CSV file.

#include "engine/duckdb_instance.hpp"
#include "engine/loader_source.hpp"
#include "engine/loader_typed_rows.hpp"

namespace smew::engine::loader {
namespace {

class ParquetSource final : public Source {
public:
    ParquetSource(JobDatabase& database, const link::ImportJob& job, const Table* table)
        : database_(database), job_(job), table_(table) {}

    Result<void> open() {
        const std::string reader = "read_parquet(" + sql_literal(job_.source_file) + ", hive_partitioning=false)";
        auto described = database_.describe("SELECT * FROM " + reader);
        if (!described) return unreadable(described.error());
        rows_.fast = rows_.slow = reader;
        described_ = described_columns(*described);
        std::vector<std::string> names;
        for (const link::ColumnSpec& column : described_) names.push_back(column.name);
        std::vector<std::size_t> places;
        if (table_ != nullptr) {
            auto matched = match_columns(names, *table_);
            if (!matched) return matched.error();
            places = *std::move(matched);
        }
        for (std::size_t i = 0; i < described->size(); ++i) {
            add_field((*described)[i].name, table_ == nullptr ? i : places[i]);
        }
        return {};
    }

    const std::vector<link::ColumnSpec>& columns() const override { return table_ ? table_->columns : described_; }
    const Rejections& rejections() const override { return rejections_; }

    Result<std::uint64_t> load_into(std::string_view target) override {
        auto loaded = load_typed_rows(database_, rows_, columns(), target, job_.max_rejected, rejections_);
        return loaded ? loaded : Result<std::uint64_t>(unreadable(loaded.error()));
    }

private:
    void add_field(const std::string& name, std::size_t place) {
        const std::string column = sql_identifier(name);
        rows_.fields.push_back({.column = place,
                                .strict = column,
                                .raw = "CAST(" + column + " AS VARCHAR)",
                                .lenient = "TRY_CAST(" + column + " AS " + columns()[place].type + ")"});
    }

    static Error unreadable(const Error& error) {
        const bool of_the_file = error.code == sqlstate::kInvalidParameterValue || error.code == sqlstate::kIoError;
        if (!of_the_file) return error;
        return Error{sqlstate::kBadCopyFileFormat, "the file cannot be read as Parquet", error.message};
    }

    JobDatabase& database_;
    const link::ImportJob& job_;
    const Table* table_;
    std::vector<link::ColumnSpec> described_;
    TypedRows rows_;
    Rejections rejections_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_parquet(JobDatabase& database, const link::ImportJob& job, const Table* table) {
    auto source = std::make_unique<ParquetSource>(database, job, table);
    if (auto opened = source->open(); !opened) return opened.error();
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace smew::engine::loader
