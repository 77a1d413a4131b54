#pragma once
// What the tests of versions start from: a data directory with a store and one project.

#include "catalog/test_store.hpp"
#include "storage/directory.hpp"
#include "storage/versions.hpp"

#include <fstream>
#include <set>

namespace smew::storage {

inline link::JobOutcome outcome(std::uint64_t rows) {
    return {.table_rows = rows, .file_bytes = 1, .columns = {{.name = "id", .type = "BIGINT"}}};
}

inline std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

class VersionsTest : public testing::Test {
protected:
    void SetUp() override {
        project_ = store_->create_project(ProjectId("p1"), "one", "", "{}", catalog::new_key("key_1")).value();
        store_->create_bucket(project_.id, "in.c-sales", "").value();
        layout_.make_project(project_.number).value();
    }

    std::filesystem::path staged(const std::string& content) const {
        std::filesystem::path file = layout_.new_staging_path(project_.number, ".duckdb");
        std::ofstream(file) << content;
        return file;
    }
    Result<catalog::Table> create(const std::string& name, const std::string& content) {
        return versions_.create_table(project_, "in.c-sales", name, "", {}, staged(content), outcome(5), {});
    }
    Result<catalog::Table> publish(const catalog::Table& based_on, const std::string& content) {
        return versions_.publish(project_, based_on, staged(content), outcome(6), {});
    }
    catalog::Table orders() { return store_->table(project_.id, "in.c-sales", "orders").value(); }
    std::set<std::string> on_disk() const {
        std::set<std::string> found;
        for (const auto& name : names_in(layout_.versions_dir(project_.number))) {
            found.insert(layout_.relative(layout_.versions_dir(project_.number) / name));
        }
        return found;
    }
    std::set<std::string> in_store() const {
        const auto files = store_->version_files();
        return {files.begin(), files.end()};
    }
    std::size_t staging_count() const { return names_in(layout_.staging_dir(project_.number)).size(); }

    catalog::TempDir dir_;
    ManualClock clock_{catalog::kNoon};
    Layout layout_{dir_.path() / "data", 0};
    std::unique_ptr<catalog::Store> store_ = catalog::Store::open(layout_.metadata_file(), clock_);
    std::vector<std::string> changes_;
    Versions versions_{layout_, *store_, [this](const ProjectId& project) { changes_.push_back(project.value()); }};
    catalog::Project project_;
};

}  // namespace smew::storage
