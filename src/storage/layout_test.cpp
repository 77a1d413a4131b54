#include "storage/layout.hpp"

#include "catalog/test_store.hpp"
#include "storage/directory.hpp"

#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <grp.h>
#include <set>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

namespace smew::storage {
namespace {

namespace fs = std::filesystem;
using catalog::TempDir;

constexpr std::uint32_t kUidBase = 700'000;

struct stat status_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}
unsigned mode_of(const fs::path& path) {
    return status_of(path).st_mode & 07777;
}

// True when `attempt` succeeds in a process of that user and group.
bool as_user(std::uint32_t uid, std::uint32_t gid, const std::function<bool()>& attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool became = ::setgroups(0, nullptr) == 0 && ::setgid(gid) == 0 && ::setuid(uid) == 0;
        ::_exit(became && attempt() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool can_open(const fs::path& path, int flags) {
    const UniqueFd fd(::open(path.c_str(), flags, 0600));
    return static_cast<bool>(fd);
}

class LayoutTest : public testing::Test {
protected:
    TempDir dir_;
    const fs::path data_ = dir_.path() / "data";
};

TEST_F(LayoutTest, MakesItsDirectoriesForItselfAlone) {
    const Layout layout(data_, 0);
    EXPECT_TRUE(layout.separation_problem().empty());
    EXPECT_EQ(mode_of(data_), 0711U);
    EXPECT_EQ(mode_of(layout.tls_dir()), 0700U);
    ASSERT_TRUE(layout.make_project(7));
    ASSERT_TRUE(layout.make_workspace(3, 7));
    EXPECT_EQ(mode_of(layout.versions_dir(7)), 0750U);
    EXPECT_EQ(mode_of(layout.files_dir(7)), 0750U);
    EXPECT_EQ(mode_of(layout.staging_dir(7)), 0700U);
    EXPECT_EQ(mode_of(layout.workspace_dir(3)), 0700U);
    EXPECT_TRUE(fs::is_directory(layout.workspace_dir(3) / "tmp"));
    EXPECT_EQ(layout.workspace_uid(3), 0U);
    EXPECT_EQ(layout.loader_uid(7), 0U);
    EXPECT_EQ(layout.project_gid(7), 0U);
    EXPECT_TRUE(layout.make_project(7));  // what is there stays
    EXPECT_TRUE(layout.make_workspace(3, 7));
}

TEST_F(LayoutTest, AnExistingDataDirectoryKeepsItsMode) {
    fs::create_directory(data_);
    ASSERT_EQ(::chmod(data_.c_str(), 0750), 0);
    const Layout layout(data_, 0);
    EXPECT_EQ(mode_of(data_), 0750U);
}

TEST_F(LayoutTest, UnusablePlacesAreRefused) {
    std::ofstream(data_) << "a file";
    EXPECT_THROW(Layout(data_, 0), ErrorException);
    EXPECT_THROW(Layout(data_ / "below", 0), ErrorException);
}

TEST_F(LayoutTest, StoredPathsStayInside) {
    const Layout layout(data_, 0);
    const fs::path version = layout.versions_dir(1) / "x.duckdb";
    EXPECT_EQ(layout.relative(version), "projects/1/versions/x.duckdb");
    EXPECT_EQ(layout.absolute("projects/1/versions/x.duckdb"), version);
    for (const auto& path :
         {std::string("/etc/passwd"), std::string(".."), std::string("projects/../../x"), std::string("a\0b", 3)}) {
        EXPECT_THROW(layout.absolute(path), ErrorException) << path;
    }
}

TEST_F(LayoutTest, StagingNamesAreFreshAndFlat) {
    const Layout layout(data_, 0);
    std::set<fs::path> seen;
    for (int i = 0; i < 100; ++i) seen.insert(layout.new_staging_path(1, ".duckdb"));
    EXPECT_EQ(seen.size(), 100U);
    EXPECT_EQ(seen.begin()->parent_path(), layout.staging_dir(1));
    EXPECT_EQ(seen.begin()->extension(), ".duckdb");
    EXPECT_THROW(layout.new_staging_path(1, "/../x"), std::invalid_argument);
}

TEST_F(LayoutTest, RemovesOnlyWhatItIsToldTo) {
    const Layout layout(data_, 0);
    ASSERT_TRUE(layout.make_project(1));
    ASSERT_TRUE(layout.make_project(2));
    ASSERT_TRUE(layout.make_workspace(1, 1));
    const fs::path outside = dir_.path() / "outside";
    fs::create_directory(outside);
    std::ofstream(outside / "kept") << "x";
    fs::create_directory_symlink(outside, layout.staging_dir(1) / "link");
    layout.remove_project(1);
    EXPECT_FALSE(fs::exists(layout.versions_dir(1)));
    EXPECT_TRUE(fs::exists(layout.versions_dir(2)));
    EXPECT_TRUE(fs::exists(outside / "kept"));
    layout.remove_workspace(1);
    EXPECT_FALSE(fs::exists(layout.workspace_dir(1)));
    layout.remove_workspace(99);
}

TEST_F(LayoutTest, ALinkInPlaceOfADirectoryIsNotFollowed) {
    const Layout layout(data_, 0);
    ASSERT_TRUE(layout.make_workspace(1, 1));
    const fs::path outside = dir_.path() / "outside";
    fs::create_directory(outside);
    fs::remove(layout.workspace_dir(1) / "tmp");
    fs::create_directory_symlink(outside, layout.workspace_dir(1) / "tmp");
    const auto made = layout.make_workspace(1, 1);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, sqlstate::kIoError);
}

// ---------------------------------------------------------------- users of their own

class UsersTest : public LayoutTest {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "needs root";
        ASSERT_EQ(::chmod(dir_.path().c_str(), 0711), 0);
    }
};

TEST_F(UsersTest, IdsNeverCollide) {
    const Layout layout(data_, kUidBase);
    std::set<std::uint32_t> users, groups;
    for (int number = 1; number <= 100; ++number) {
        users.insert(layout.workspace_uid(number));
        users.insert(layout.loader_uid(number));
        groups.insert(layout.project_gid(number));
    }
    EXPECT_EQ(users.size(), 200U);
    EXPECT_EQ(groups.size(), 100U);
    EXPECT_GT(*users.begin(), kUidBase);
    EXPECT_THROW(layout.workspace_uid(std::int64_t{1} << 31), ErrorException);
}

TEST_F(UsersTest, AWorkerReachesItsOwnDirectoryAndReadsItsProject) {
    const Layout layout(data_, kUidBase);
    ASSERT_TRUE(layout.make_project(1));
    ASSERT_TRUE(layout.make_project(2));
    ASSERT_TRUE(layout.make_workspace(1, 1));
    ASSERT_TRUE(layout.make_workspace(2, 1));
    const fs::path version = layout.versions_dir(1) / "v.duckdb";
    std::ofstream(version) << "x";
    ASSERT_EQ(::chown(version.c_str(), 0, layout.project_gid(1)), 0);
    ASSERT_EQ(::chmod(version.c_str(), 0440), 0);
    std::ofstream(layout.versions_dir(2) / "w.duckdb") << "x";

    const auto can = [&](const fs::path& path, int flags) {
        return as_user(layout.workspace_uid(1), layout.project_gid(1), [&] { return can_open(path, flags); });
    };
    EXPECT_TRUE(can(layout.workspace_file(1), O_RDWR | O_CREAT));
    EXPECT_TRUE(can(layout.workspace_dir(1) / "tmp" / "spill", O_RDWR | O_CREAT));
    EXPECT_TRUE(can(version, O_RDONLY));
    EXPECT_FALSE(can(version, O_RDWR));
    EXPECT_FALSE(can(layout.versions_dir(1) / "new", O_RDWR | O_CREAT));
    EXPECT_FALSE(can(layout.versions_dir(2) / "w.duckdb", O_RDONLY));
    EXPECT_FALSE(can(layout.workspace_dir(2), O_RDONLY));
    EXPECT_FALSE(can(layout.staging_dir(1), O_RDONLY));
    EXPECT_FALSE(can(data_, O_RDONLY));
    EXPECT_FALSE(can(data_ / "projects", O_RDONLY));
    EXPECT_FALSE(can(layout.tls_dir(), O_RDONLY));
}

TEST_F(UsersTest, ALoaderWritesToStagingOnly) {
    const Layout layout(data_, kUidBase);
    ASSERT_TRUE(layout.make_project(1));
    ASSERT_TRUE(layout.make_project(2));
    const auto can = [&](const fs::path& path, int flags) {
        return as_user(layout.loader_uid(1), layout.project_gid(1), [&] { return can_open(path, flags); });
    };
    EXPECT_TRUE(can(layout.staging_dir(1) / "out", O_RDWR | O_CREAT));
    EXPECT_TRUE(can(layout.versions_dir(1), O_RDONLY));
    EXPECT_FALSE(can(layout.versions_dir(1) / "out", O_RDWR | O_CREAT));
    EXPECT_FALSE(can(layout.files_dir(1) / "out", O_RDWR | O_CREAT));
    EXPECT_FALSE(can(layout.staging_dir(2) / "out", O_RDWR | O_CREAT));
}

TEST_F(UsersTest, ChangedOwnersAreSetRight) {
    ASSERT_TRUE(Layout(data_, 0).make_project(1));
    const Layout layout(data_, kUidBase);
    ASSERT_TRUE(layout.make_project(1));
    EXPECT_EQ(status_of(layout.staging_dir(1)).st_uid, layout.loader_uid(1));
    EXPECT_EQ(status_of(layout.versions_dir(1)).st_gid, layout.project_gid(1));
    EXPECT_EQ(mode_of(data_ / "projects"), 0711U);
}

TEST_F(UsersTest, AnImpassableParentKeepsOneUserAndSaysSo) {
    ASSERT_EQ(::chmod(dir_.path().c_str(), 0700), 0);
    const Layout layout(data_, kUidBase);
    EXPECT_NE(layout.separation_problem().find(dir_.path().string()), std::string::npos);
    EXPECT_EQ(layout.workspace_uid(1), 0U);
    EXPECT_EQ(layout.project_gid(1), 0U);
    EXPECT_TRUE(layout.make_project(1));
}

// ---------------------------------------------------------------- directory_size

TEST(DirectorySizeTest, CountsRegularFilesBelow) {
    const TempDir dir;
    fs::create_directories(dir.path() / "a" / "b");
    std::ofstream(dir.path() / "x") << std::string(1000, 'x');
    std::ofstream(dir.path() / "a" / "b" / "y") << std::string(234, 'x');
    fs::create_symlink("/usr/lib", dir.path() / "link");
    ASSERT_EQ(::mkfifo((dir.path() / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(directory_size(dir.path()).count, 1234U);
    EXPECT_EQ(directory_size(dir.path() / "none").count, 0U);
    EXPECT_EQ(directory_size(dir.path() / "x").count, 0U);
}

TEST(DirectorySizeTest, EndsAtAnyDepth) {
    const TempDir dir;
    fs::path deep = dir.path();
    for (int i = 0; i < 300; ++i) deep /= "d";
    fs::create_directories(deep);
    std::ofstream(dir.path() / "d" / "x") << "1";
    EXPECT_EQ(directory_size(dir.path()).count, 1U);
}

TEST(DirectorySizeTest, FilesMayVanishMeanwhile) {
    const TempDir dir;
    std::ofstream(dir.path() / "stays") << "12345";
    std::atomic<bool> stop = false;
    std::jthread churn([&] {
        while (!stop) {
            fs::create_directory(dir.path() / "sub");
            std::ofstream(dir.path() / "sub" / "f") << "x";
            fs::remove_all(dir.path() / "sub");
        }
    });
    for (int i = 0; i < 500; ++i) {
        const auto size = directory_size(dir.path()).count;
        EXPECT_TRUE(size == 5 || size == 6) << size;
    }
    stop = true;
}

}  // namespace
}  // namespace smew::storage
