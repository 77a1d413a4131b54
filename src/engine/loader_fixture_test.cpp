#include "engine/loader_test_fixture.hpp"

#include <duckdb.hpp>

#include <cstdlib>
#include <fstream>

namespace smew::engine::loader {

LoaderTest::LoaderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "smew_loader_XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    std::filesystem::create_directory(directory_ / "temp");
    limits_ = {.temp_dir = path("temp"), .memory_limit = Bytes{512U << 20}, .threads = 2};
}

LoaderTest::~LoaderTest() {
    std::filesystem::remove_all(directory_);
}

std::string LoaderTest::file(std::string_view name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
}

std::string LoaderTest::next_version() {
    return path("v" + std::to_string(++versions_) + ".duckdb");
}

std::vector<std::string> LoaderTest::files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
        if (entry.path().filename() != "temp") names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<link::JobOutcome> LoaderTest::run(const link::LoadJob& job) {
    return run_job(job, limits_, cancel_);
}

link::JobOutcome LoaderTest::done(const link::LoadJob& job) {
    auto outcome = run(job);
    EXPECT_TRUE(outcome) << outcome.error().code.text() << ": " << outcome.error().message << " | "
                         << outcome.error().detail;
    return outcome ? *outcome : link::JobOutcome{};
}

Error LoaderTest::fails(const link::LoadJob& job, std::string_view code) {
    const auto before = files();
    const auto outcome = run(job);
    EXPECT_FALSE(outcome) << "expected " << code;
    if (outcome) return {};
    const Error& error = outcome.error();
    EXPECT_EQ(error.code.text(), code) << error.message << " | " << error.detail;
    for (const std::string& text : {error.message, error.detail, error.hint}) {
        EXPECT_EQ(text.find(directory_.string()), std::string::npos) << text;
        EXPECT_EQ(text.find("smew_loader_"), std::string::npos) << text;
    }
    EXPECT_EQ(files(), before);
    return error;
}

std::string LoaderTest::make(const std::string& columns, const std::string& values) {
    const std::string version = next_version();
    duckdb::DuckDB database(version);
    duckdb::Connection connection(database);
    for (const std::string& text :
         {"CREATE TABLE data(" + columns + ")", values.empty() ? "SELECT 1" : "INSERT INTO data VALUES " + values}) {
        const auto result = connection.Query(text);
        EXPECT_FALSE(result->HasError()) << result->GetError();
    }
    return version;
}

std::string LoaderTest::rows_of(const std::string& version, const std::string& select) {
    duckdb::DBConfig config;
    config.SetOptionByName("access_mode", "READ_ONLY");
    duckdb::DuckDB database(version, &config);
    duckdb::Connection connection(database);
    const auto result = connection.Query("SELECT " + select + " FROM main.data");
    if (result->HasError()) return result->GetError();
    std::string out;
    for (const auto& row : *result) {
        for (duckdb::idx_t i = 0; i < result->ColumnCount(); ++i) {
            out += (i == 0 ? "" : "|") + (row.IsNull(i) ? "∅" : row.GetValue<std::string>(i));
        }
        out += '\n';
    }
    return out;
}

std::string LoaderTest::query(const std::string& text) {
    duckdb::DuckDB database(nullptr);
    duckdb::Connection connection(database);
    const auto result = connection.Query(text);
    if (result->HasError()) return result->GetError();
    std::string out;
    for (const auto& row : *result) {
        for (duckdb::idx_t i = 0; i < result->ColumnCount(); ++i) {
            out += (i == 0 ? "" : "|") + (row.IsNull(i) ? "∅" : row.GetValue<std::string>(i));
        }
        out += '\n';
    }
    return out;
}

void LoaderTest::sql(const std::string& text) {
    duckdb::DuckDB database(nullptr);
    duckdb::Connection connection(database);
    const auto result = connection.Query(text);
    EXPECT_FALSE(result->HasError()) << result->GetError();
}

link::ImportJob import_csv(std::string source, std::string output) {
    link::ImportJob job;
    job.source_file = std::move(source);
    job.output_file = std::move(output);
    return job;
}

}  // namespace smew::engine::loader
