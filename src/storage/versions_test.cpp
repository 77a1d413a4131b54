#include "storage/versions.hpp"

#include "catalog/test_store.hpp"
#include "storage/directory.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fstream>
#include <set>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace smew::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using catalog::kNoon;
using catalog::new_key;

link::JobOutcome outcome(std::uint64_t rows) {
    return {.table_rows = rows, .file_bytes = 1, .columns = {{.name = "id", .type = "BIGINT"}}};
}

std::string content_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

class VersionsTest : public testing::Test {
protected:
    void SetUp() override {
        project_ = store_->create_project(ProjectId("p1"), "one", "", "{}", new_key("key_1")).value();
        store_->create_bucket(project_.id, "in.c-sales", "").value();
        layout_.make_project(project_.number).value();
    }

    fs::path staged(const std::string& content) const {
        fs::path file = layout_.new_staging_path(project_.number, ".duckdb");
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
    ManualClock clock_{kNoon};
    Layout layout_{dir_.path() / "data", 0};
    std::unique_ptr<catalog::Store> store_ = catalog::Store::open(layout_.metadata_file(), clock_);
    std::vector<std::string> changes_;
    Versions versions_{layout_, *store_, [this](const ProjectId& project) { changes_.push_back(project.value()); }};
    catalog::Project project_;
};

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

// ---------------------------------------------------------------- cleaning

TEST_F(VersionsTest, CleaningRemovesOrphansAndNothingElse) {
    const auto first = create("orders", "first").value();
    publish(first, "second").value();
    const auto gone = create("gone", "gone").value();
    store_->delete_table(project_.id, "in.c-sales", "gone").value();
    const auto expected = in_store();
    ASSERT_EQ(expected.size(), 3U);

    std::ofstream(layout_.versions_dir(project_.number) / "orphan.duckdb") << "x";
    fs::create_directories(layout_.staging_dir(project_.number) / "tmp-1" / "deep");
    staged("half-made");
    const catalog::File file{.id = FileId("file_1"), .name = "a", .path = "projects/1/files/kept", .upload_key = "u"};
    store_->prepare_file(project_.id, file).value();
    std::ofstream(layout_.files_dir(project_.number) / "kept") << "x";
    std::ofstream(layout_.files_dir(project_.number) / "orphan") << "x";
    std::ofstream(layout_.absolute("projects") / "README") << "not ours";
    auto workspace = store_->create_workspace(catalog::new_workspace(project_.id, "abcd1234")).value();
    layout_.make_workspace(workspace.number, project_.number).value();
    std::ofstream(layout_.workspace_file(workspace.number)) << "x";

    versions_.clean_at_start();
    EXPECT_EQ(on_disk(), expected);
    EXPECT_EQ(content_of(layout_.absolute(gone.version_file)), "gone");  // collect() takes it in its time
    EXPECT_EQ(staging_count(), 0U);
    EXPECT_EQ(names_in(layout_.files_dir(project_.number)), std::vector<std::string>{"kept"});
    EXPECT_TRUE(fs::exists(layout_.absolute("projects/README")));
    EXPECT_TRUE(fs::exists(layout_.workspace_file(workspace.number)));
}

TEST_F(VersionsTest, CleaningRemovesDirectoriesOfWhatWasDeleted) {
    auto workspace = store_->create_workspace(catalog::new_workspace(project_.id, "abcd1234")).value();
    layout_.make_workspace(workspace.number, project_.number).value();
    create("orders", "first").value();
    store_->delete_project(project_.id).value();
    versions_.clean_at_start();
    EXPECT_TRUE(names_in(layout_.absolute("projects")).empty());
    EXPECT_TRUE(names_in(layout_.absolute("workspaces")).empty());
    clock_.advance(1s);
    versions_.collect(0s, clock_);  // the rows of files that are gone already
    EXPECT_TRUE(store_->version_files().empty());
}

TEST_F(VersionsTest, CleaningMakesDirectoriesThatACrashLeftUnmade) {
    const auto other = store_->create_project(ProjectId("p2"), "two", "", "{}", new_key("key_2")).value();
    versions_.clean_at_start();
    EXPECT_TRUE(fs::is_directory(layout_.staging_dir(other.number)));
}

TEST_F(VersionsTest, ALostMetadataStoreCostsNoData) {
    const auto table = create("orders", "precious").value();
    auto empty = catalog::Store::open((dir_.path() / "empty.sqlite").string(), clock_);
    const Versions versions(layout_, *empty, [](const ProjectId&) {});
    EXPECT_THROW(versions.clean_at_start(), ErrorException);
    EXPECT_EQ(content_of(layout_.absolute(table.version_file)), "precious");
    layout_.remove_project(project_.number);
    EXPECT_NO_THROW(versions.clean_at_start());
    layout_.make_workspace(1, 1).value();
    EXPECT_THROW(versions.clean_at_start(), ErrorException);
    EXPECT_TRUE(fs::exists(layout_.workspace_dir(1)));
}

TEST_F(VersionsTest, ReplacedVersionsAreCollectedAfterTheirGrace) {
    const auto first = create("orders", "first").value();
    const auto second = publish(first, "second").value();
    clock_.advance(600s);
    versions_.collect(600s, clock_);
    EXPECT_TRUE(fs::exists(layout_.absolute(first.version_file)));
    clock_.advance(1s);
    versions_.collect(600s, clock_);
    EXPECT_FALSE(fs::exists(layout_.absolute(first.version_file)));
    EXPECT_EQ(in_store(), std::set<std::string>{second.version_file});
    EXPECT_EQ(content_of(layout_.absolute(second.version_file)), "second");
}

TEST_F(VersionsTest, AVersionThatCannotBeUnlinkedIsTriedAgain) {
    const auto first = create("orders", "first").value();
    publish(first, "second").value();
    clock_.advance(1s);
    const fs::path file = layout_.absolute(first.version_file);
    fs::remove(file);
    fs::create_directory(file);
    versions_.collect(0s, clock_);
    EXPECT_EQ(store_->version_files().size(), 2U);
    fs::remove(file);
    versions_.collect(0s, clock_);
    EXPECT_EQ(store_->version_files().size(), 1U);
}

// ---------------------------------------------------------------- kill -9

// Publishes for ever: row count and file content are the number, told on `out` once acknowledged.
[[noreturn]] void publish_until_killed(const Layout& layout, const Clock& clock, int out) {
    auto store = catalog::Store::open(layout.metadata_file(), clock);
    Versions versions(layout, *store, [](const ProjectId&) {});
    const auto project = store->project(ProjectId("p1")).value();
    auto table = store->table(project.id, "in.c-sales", "orders").value();
    for (std::uint64_t number = 1;; ++number) {
        const fs::path file = layout.new_staging_path(project.number, ".duckdb");
        std::ofstream(file) << number;
        table = versions.publish(project, table, file, outcome(number), {}).value();
        if (::write(out, &number, sizeof number) != sizeof number) ::_exit(1);
    }
}

// The last number acknowledged by a child that is killed at once after its `count`th.
std::uint64_t publish_and_kill(const Layout& layout, const Clock& clock, std::uint64_t count) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    const pid_t child = ::fork();
    if (child == 0) publish_until_killed(layout, clock, ends[1]);
    ::close(ends[1]);
    std::uint64_t last = 0, number = 0;
    while (::read(ends[0], &number, sizeof number) == sizeof number) {
        last = number;
        if (last == count) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return last;
}

TEST(VersionsCrashTest, Kill9LeavesWhatWasAcknowledgedAndAtWorstOrphans) {
    const catalog::TempDir dir;
    const ManualClock clock(kNoon);
    const Layout layout(dir.path() / "data", 0);
    const ProjectId id("p1");
    {
        auto store = catalog::Store::open(layout.metadata_file(), clock);
        const auto project = store->create_project(id, "one", "", "{}", new_key("key_1")).value();
        store->create_bucket(id, "in.c-sales", "").value();
        layout.make_project(project.number).value();
        Versions versions(layout, *store, [](const ProjectId&) {});
        const fs::path file = layout.new_staging_path(project.number, ".duckdb");
        std::ofstream(file) << 0;
        versions.create_table(project, "in.c-sales", "orders", "", {}, file, outcome(0), {}).value();
    }
    for (std::uint64_t round = 1; round <= 8; ++round) {
        const std::uint64_t acknowledged = publish_and_kill(layout, clock, 3 * round);
        auto store = catalog::Store::open(layout.metadata_file(), clock);
        const Versions versions(layout, *store, [](const ProjectId&) {});
        versions.clean_at_start();

        const auto table = store->table(id, "in.c-sales", "orders").value();
        EXPECT_GE(table.row_count, acknowledged);
        EXPECT_LE(table.row_count, acknowledged + 1);
        EXPECT_EQ(content_of(layout.absolute(table.version_file)), std::to_string(table.row_count));
        auto stored = store->version_files();
        auto found = names_in(layout.versions_dir(1));
        for (auto& name : found) name = "projects/1/versions/" + name;
        std::ranges::sort(stored);
        std::ranges::sort(found);
        EXPECT_EQ(found, stored);
        EXPECT_TRUE(names_in(layout.staging_dir(1)).empty());
    }
}

}  // namespace
}  // namespace smew::storage
