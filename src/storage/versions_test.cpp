#include "storage/test_versions.hpp"

#include <sys/stat.h>

namespace smew::storage {
namespace {

namespace fs = std::filesystem;

// ---------------------------------------------------------------- publication

TEST_F(VersionsTest, ATablesFirstVersion) {
    const auto made = create("orders", "first").value();
    EXPECT_EQ(made.row_count, 5U);
    EXPECT_EQ(made.size_bytes, 5U);  // of the file, not what the loader says
    const fs::path file = layout_.absolute(made.version_file);
    EXPECT_EQ(file.parent_path(), layout_.versions_dir(project_.number));
    EXPECT_EQ(content_of(file), "first");
    EXPECT_EQ(fs::status(file).permissions(), static_cast<fs::perms>(0444));
    EXPECT_EQ(staging_count(), 0U);
    EXPECT_EQ(changes_, std::vector<std::string>{"p1"});
}

TEST_F(VersionsTest, TheNextVersionLeavesTheOldFileToItsReaders) {
    const auto first = create("orders", "first").value();
    const auto second = publish(first, "second").value();
    EXPECT_EQ(content_of(layout_.absolute(second.version_file)), "second");
    EXPECT_EQ(content_of(layout_.absolute(first.version_file)), "first");
    EXPECT_EQ(changes_.size(), 2U);
}

TEST_F(VersionsTest, WhoWasOvertakenLeavesNothingBehind) {
    const auto first = create("orders", "first").value();
    const auto second = publish(first, "second").value();
    const auto late = publish(first, "late");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, sqlstate::kSerializationFailure);
    EXPECT_EQ(orders().version, second.version);
    EXPECT_EQ(on_disk(), in_store());
    EXPECT_EQ(staging_count(), 0U);
    EXPECT_EQ(changes_.size(), 2U);
}

TEST_F(VersionsTest, WhatTheStoreRefusesLeavesNothingBehind) {
    create("orders", "first").value();
    EXPECT_EQ(create("Orders", "again").error().code, sqlstate::kDuplicateObject);
    EXPECT_EQ(create("no/name", "x").error().code, sqlstate::kInvalidName);
    const auto bad_key = versions_.create_table(project_, "in.c-sales", "t", "", {}, staged("x"), outcome(1), {"nope"});
    EXPECT_EQ(bad_key.error().code, sqlstate::kInvalidParameterValue);
    auto gone = orders();
    store_->delete_table(project_.id, "in.c-sales", "orders").value();
    EXPECT_EQ(publish(gone, "x").error().code, sqlstate::kUndefinedObject);
    EXPECT_EQ(on_disk(), in_store());
    EXPECT_EQ(staging_count(), 0U);
}

// ---------------------------------------------------------------- what a loader may try

TEST_F(VersionsTest, OnlyARegularFileOfOneNameIsAdopted) {
    const fs::path staging = layout_.staging_dir(project_.number);
    const fs::path secret = dir_.path() / "secret";
    std::ofstream(secret) << "secret";
    const auto refuses = [&](const fs::path& file) {
        const auto adopted = versions_.adopt(project_.number, file);
        return !adopted && adopted.error().code == sqlstate::kIoError && on_disk().empty();
    };
    fs::create_symlink(secret, staging / "symlink");
    EXPECT_TRUE(refuses(staging / "symlink"));
    fs::create_hard_link(secret, staging / "hardlink");
    EXPECT_TRUE(refuses(staging / "hardlink"));
    ASSERT_EQ(::mkfifo((staging / "fifo").c_str(), 0600), 0);
    EXPECT_TRUE(refuses(staging / "fifo"));
    fs::create_directory(staging / "directory");
    EXPECT_TRUE(refuses(staging / "directory"));
    EXPECT_TRUE(refuses(staging / "missing"));
    EXPECT_TRUE(refuses(secret));
    EXPECT_TRUE(refuses(staging / ".." / ".." / ".." / ".." / "secret"));
    EXPECT_TRUE(refuses(staging / "directory" / "x"));
    EXPECT_TRUE(refuses(staging));
    EXPECT_EQ(content_of(secret), "secret");
    EXPECT_NE(fs::status(secret).permissions(), static_cast<fs::perms>(0444));
}

TEST_F(VersionsTest, AFileOutsideStagingIsNotRemovedByARefusal) {
    const fs::path outside = dir_.path() / "outside";
    std::ofstream(outside) << "x";
    EXPECT_FALSE(versions_.create_table(project_, "in.c-sales", "t", "", {}, outside, outcome(1), {}));
    EXPECT_TRUE(fs::exists(outside));
}

TEST_F(VersionsTest, ARefusedStagingFileIsRemoved) {
    const fs::path link = layout_.new_staging_path(project_.number, ".duckdb");
    fs::create_symlink("/etc/passwd", link);
    EXPECT_FALSE(versions_.create_table(project_, "in.c-sales", "t", "", {}, link, outcome(1), {}));
    EXPECT_EQ(staging_count(), 0U);
    EXPECT_TRUE(fs::exists("/etc/passwd"));
}

TEST_F(VersionsTest, ALoadersFileBecomesTheProjects) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    ASSERT_EQ(::chmod(dir_.path().c_str(), 0711), 0);
    const Layout layout(dir_.path() / "data", 700'000);
    layout.make_project(project_.number).value();
    const Versions versions(layout, *store_, [](const ProjectId&) {});
    const fs::path file = layout.new_staging_path(project_.number, ".duckdb");
    std::ofstream(file) << "x";
    ASSERT_EQ(::chown(file.c_str(), layout.workspace_uid(1), 0), 0);
    EXPECT_FALSE(versions.adopt(project_.number, file));  // of another worker
    ASSERT_EQ(::chown(file.c_str(), layout.loader_uid(project_.number), 0), 0);
    const auto adopted = versions.adopt(project_.number, file).value();
    struct stat status {};
    ASSERT_EQ(::stat(layout.absolute(adopted).c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 0U);
    EXPECT_EQ(status.st_gid, layout.project_gid(project_.number));
    EXPECT_EQ(status.st_mode & 07777, 0440U);
}

}  // namespace
}  // namespace smew::storage
