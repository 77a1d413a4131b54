#include "engine/loader_database.hpp"

#include "engine/duckdb_instance.hpp"
#include "engine/errors.hpp"
#include "engine/function_policy.hpp"
#include "engine/loader_cancel.hpp"

#include <duckdb.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace smew::engine::loader {
namespace {

// The table functions of the loader's own statements. SQL of the caller reaches none: it is one scalar expression.
constexpr std::array<std::string_view, 10> kTableFunctions = {
    "checkpoint", "duckdb_columns", "duckdb_functions",    "pragma_database_size",
    "read_csv",   "read_json",      "read_ndjson_objects", "read_parquet",
    "seq_scan",   "sniff_csv"};

// One CHECKPOINT at the end writes the file; until then the log is only there to be thrown away.
constexpr const char* kJobSettings =
    "SET TimeZone='UTC';SET preserve_insertion_order=true;SET wal_autocheckpoint='1TB';SET enable_progress_bar=false;";

std::string allowed_paths_sql(const std::vector<std::string>& files) {
    std::string list;
    for (const std::string& file : files) {
        // DuckDB keeps these beside a database that it writes.
        for (const char* suffix : {"", ".wal", ".wal.checkpoint", ".wal.recovery"}) {
            list += (list.empty() ? "" : ",") + sql_literal(file + suffix);
        }
    }
    return "SET allowed_paths=[" + list + "];";
}

std::string attach_options(AttachMode mode) {
    switch (mode) {
        case AttachMode::kReadOnly:
            return "READ_ONLY";
        case AttachMode::kExtend:
            return "READ_WRITE";
        case AttachMode::kCreate:
            return "READ_WRITE, STORAGE_VERSION 'v1.5.0'";
        case AttachMode::kCreateSmall:
            return "READ_WRITE, STORAGE_VERSION 'v1.5.0', BLOCK_SIZE 16384";
    }
    return {};
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

class OpenJobDatabase final : public JobDatabase {
public:
    OpenJobDatabase(std::unique_ptr<duckdb::DuckDB> database, std::vector<std::string> hidden,
                    const std::atomic<bool>& cancel)
        : database_(std::move(database)),
          connection_(*database_),
          hidden_(std::move(hidden)),
          cancel_(cancel),
          watch_(cancel, [this] { connection_.Interrupt(); }) {}

    Result<void> restrict_to(const std::vector<std::string>& files) {
        if (auto set = run_sql(connection_, allowed_paths_sql(files) + kJobSettings); !set) return clean(set.error());
        try {
            restrict_functions(*database_->instance, kTableFunctions, true);
        } catch (const std::exception& thrown) {
            return to_error(thrown);
        }
        if (auto locked = lock_duckdb(*database_); !locked) return clean(locked.error());
        return {};
    }

    Result<void> attach(std::string_view name, const std::string& file, AttachMode mode) override {
        const std::string sql =
            "ATTACH " + sql_literal(file) + " AS " + sql_identifier(name) + " (" + attach_options(mode) + ")";
        if (auto done = run(sql); !done) return done.error();
        return {};
    }

    Result<std::uint64_t> run(const std::string& sql) override {
        auto result = execute(sql);
        if (!result) return result.error();
        const bool counts = (*result)->properties.return_type == duckdb::StatementReturnType::CHANGED_ROWS;
        if (!counts || (*result)->RowCount() != 1) return std::uint64_t{0};
        return (*result)->GetValue(0, 0).GetValue<std::uint64_t>();
    }

    Result<std::vector<Row>> query(const std::string& sql) override {
        auto result = execute(sql);
        if (!result) return result.error();
        std::vector<Row> rows;
        for (const auto& values : **result) {
            Row& row = rows.emplace_back();
            for (duckdb::idx_t column = 0; column < (*result)->ColumnCount(); ++column) {
                const duckdb::Value value = values.GetBaseValue(column);
                row.push_back(value.IsNull() ? std::nullopt : std::optional(value.ToString()));
            }
        }
        return rows;
    }

    Result<std::vector<NamedType>> describe(const std::string& sql) override {
        try {
            if (cancel_) return cancelled();
            const auto prepared = connection_.Prepare(sql);
            if (prepared->HasError()) return to_error(prepared->GetErrorObject());
            std::vector<NamedType> columns;
            for (std::size_t i = 0; i < prepared->GetNames().size(); ++i) {
                columns.push_back({prepared->GetNames()[i], prepared->GetTypes()[i].ToString()});
            }
            return columns;
        } catch (const std::exception& thrown) {
            return to_error(thrown);
        }
    }

    duckdb::Connection& native() override { return connection_; }

    Error to_error(const std::exception& thrown) const override {
        return cancel_ ? cancelled() : clean(engine::to_error(thrown));
    }

    Error to_error(const duckdb::ErrorData& failed) const override {
        return cancel_ ? cancelled() : clean(engine::to_error(failed));
    }

private:
    Result<std::unique_ptr<duckdb::MaterializedQueryResult>> execute(const std::string& sql) {
        try {
            if (cancel_) return cancelled();
            auto result = connection_.Query(sql);
            if (result->HasError()) return to_error(result->GetErrorObject());
            return std::unique_ptr<duckdb::MaterializedQueryResult>(std::move(result));
        } catch (const std::exception& thrown) {
            return to_error(thrown);
        }
    }

    static Error cancelled() { return Error{sqlstate::kQueryCanceled, "the job was cancelled"}; }

    Error clean(Error error) const {
        for (const std::string& path : hidden_) {
            for (std::string* text : {&error.message, &error.detail, &error.hint}) {
                replace_all(*text, '"' + path + '"', "the file");
                replace_all(*text, path, "the file");
            }
        }
        error.position = 0;  // of our own statement, which the caller does not know
        return error;
    }

    std::unique_ptr<duckdb::DuckDB> database_;
    duckdb::Connection connection_;
    std::vector<std::string> hidden_;  // longest first: a directory is a prefix of its files
    const std::atomic<bool>& cancel_;
    CancelWatch watch_;  // last: joined before the connection goes
};

std::vector<std::string> paths_to_hide(const std::vector<std::string>& files, const std::string& temp_dir) {
    std::vector<std::string> hidden = files;
    hidden.push_back(temp_dir);
    for (const std::string& file : files) hidden.push_back(parent_of(file));
    std::erase_if(hidden, [](const std::string& path) { return path.size() < 2; });
    std::sort(hidden.begin(), hidden.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    return hidden;
}

}  // namespace

Result<std::unique_ptr<JobDatabase>> JobDatabase::open(std::vector<std::string> files, const LoaderLimits& limits,
                                                       const std::atomic<bool>& cancel) {
    std::erase(files, std::string());
    const OpenOptions options{.database_file = ":memory:",
                              .temp_dir = limits.temp_dir,
                              .memory_limit = limits.memory_limit,
                              .threads = std::max<std::uint32_t>(1, limits.threads)};
    auto database = open_duckdb(options);
    if (!database) return database.error();
    auto opened =
        std::make_unique<OpenJobDatabase>(std::move(*database), paths_to_hide(files, limits.temp_dir), cancel);
    if (auto restricted = opened->restrict_to(files); !restricted) return restricted.error();
    return std::unique_ptr<JobDatabase>(std::move(opened));
}

}  // namespace smew::engine::loader
