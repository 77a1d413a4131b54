#pragma once
// What the tests of catalog/ (and of rooms above it) start from: a store in a directory of its own, and valid values.

#include "catalog/store.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdlib.h>
#include <string>

namespace smew::catalog {

class TempDir {
public:
    TempDir() {
        std::string pattern = (std::filesystem::temp_directory_path() / "smew_test_XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = pattern;
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline const WallTime kNoon = WallTime(std::chrono::seconds(1'800'000'000));

inline auth::NewApiKey new_key(const std::string& id) {
    return {.id = ApiKeyId(id), .key = Secret("smew_" + id + "_secret"), .prefix = "smew_" + id + "_...", .hash = id};
}

inline NewVersion new_version(const std::string& file, std::uint64_t rows = 10, std::uint64_t size = 1000) {
    return {.file = file,
            .row_count = rows,
            .size_bytes = size,
            .columns = {{.name = "id", .type = "BIGINT", .nullable = false},
                        {.name = "Price", .type = "DECIMAL(12,2)", .default_expression = "0.5"}},
            .primary_key = {"id"}};
}

inline Workspace new_workspace(const ProjectId& project, const std::string& id) {
    return {.id = WorkspaceId(id),
            .project = project,
            .name = "analysis",
            .memory_limit = Bytes{4'000'000'000},
            .size_limit = Bytes{10'000'000'000},
            .username = "ws_" + id + "_abcdefgh",
            .verifier = "SCRAM-SHA-256$4096:c2FsdA==$a:b"};
}

class StoreTest : public testing::Test {
protected:
    std::string file() const { return (dir_.path() / "metadata.sqlite").string(); }
    void reopen() {
        store_.reset();
        store_ = Store::open(file(), clock_);
    }
    // Project "p1" with bucket in_c_sales and, if asked for, its table "orders".
    void make_project() {
        ASSERT_TRUE(store_->create_project(kProject, "one", "", "{}", new_key("key_00000001")));
        ASSERT_TRUE(store_->create_bucket(kProject, "in.c-sales", ""));
    }
    Table make_table(const std::string& name = "orders", const std::string& version_file = "") {
        const auto version = new_version(version_file.empty() ? "versions/" + name : version_file);
        return store_->create_table(kProject, "in.c-sales", name, "", {}, version).value();
    }
    template <class T>
    static std::string code_of(const Result<T>& result) {
        return result ? "ok" : std::string(result.error().code.text());
    }

    const ProjectId kProject{"p1"};
    TempDir dir_;
    ManualClock clock_{kNoon};
    std::unique_ptr<Store> store_ = Store::open(file(), clock_);
};

}  // namespace smew::catalog
