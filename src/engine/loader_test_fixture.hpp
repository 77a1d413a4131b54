#pragma once
// What the tests of load jobs share: a directory of their own, files, jobs run to their end, and versions read back.

#include "engine/loader.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine::loader {

class LoaderTest : public ::testing::Test {
protected:
    LoaderTest();
    ~LoaderTest() override;

    std::string path(std::string_view name) const { return (directory_ / name).string(); }
    // Writes a file and gives its path.
    std::string file(std::string_view name, std::string_view content) const;
    // A path for the next version; nothing lies there.
    std::string next_version();
    bool exists(const std::string& path) const { return std::filesystem::exists(path); }
    // Files of the test's directory besides those in its temp directory.
    std::vector<std::string> files() const;

    Result<link::JobOutcome> run(const link::LoadJob& job);
    // Runs it, expects success.
    link::JobOutcome done(const link::LoadJob& job);
    // Runs it, expects this SQLSTATE, that the text tells no path, and that no output file is left.
    Error fails(const link::LoadJob& job, std::string_view code);

    // A version with these columns and rows: make("id BIGINT, name VARCHAR", "(1, 'a'), (2, NULL)").
    std::string make(const std::string& columns, const std::string& values);
    // All rows of a version in their order: fields separated by |, rows by newlines, NULL as ∅.
    std::string rows_of(const std::string& version, const std::string& select = "*");
    // Rows of any query, as rows_of() gives them.
    std::string query(const std::string& sql);
    // Runs SQL for the side effects: making Parquet files.
    void sql(const std::string& text);

    std::filesystem::path directory_;
    LoaderLimits limits_;
    std::atomic<bool> cancel_ = false;
    int versions_ = 0;
};

link::ImportJob import_csv(std::string source, std::string output);

}  // namespace smew::engine::loader
