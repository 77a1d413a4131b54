#include "worker/working_dir.hpp"

#include "worker/testing.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace smew::worker {
namespace {

namespace fs = std::filesystem;
using testing::ScratchDir;

TEST(TempDir, IsEmptiedAtStartAndRemovedAtTheEnd) {
    const ScratchDir dir;
    fs::create_directories(dir / "tmp/left/over");
    std::ofstream(dir / "tmp/left/over/file") << "spill";
    {
        const auto temp = TempDir::create(dir / "tmp");
        ASSERT_TRUE(temp);
        EXPECT_TRUE(fs::is_empty(dir / "tmp"));
        std::ofstream(dir / "tmp/new") << "spill";
    }
    EXPECT_FALSE(fs::exists(dir / "tmp"));
}

TEST(TempDir, ReplacesAFileOrALinkOfItsName) {
    const ScratchDir dir;
    fs::create_directory(dir / "elsewhere");
    std::ofstream(dir / "elsewhere/kept") << "x";
    fs::create_directory_symlink(dir / "elsewhere", dir / "tmp");
    const auto temp = TempDir::create(dir / "tmp");
    ASSERT_TRUE(temp);
    EXPECT_FALSE(fs::is_symlink(dir / "tmp"));
    EXPECT_TRUE(fs::exists(dir / "elsewhere/kept"));
}

TEST(TempDir, SaysWhenItCannotBeMade) {
    const ScratchDir dir;
    std::ofstream(dir / "file") << "x";
    EXPECT_EQ(TempDir::create(dir / "file/tmp").error().code, sqlstate::kIoError);
}

TEST(DiskUsage, AddsUpWhatFilesTake) {
    const ScratchDir dir;
    EXPECT_EQ(disk_usage(dir.path()).count, 0U);
    fs::create_directory(dir / "sub");
    std::ofstream(dir / "sub/file") << std::string(100'000, 'x');
    std::ofstream(dir / "other") << std::string(50'000, 'x');
    fs::create_symlink("/proc/self/exe", dir / "link");
    const std::uint64_t used = disk_usage(dir.path()).count;
    EXPECT_GE(used, 150'000U);
    EXPECT_LE(used, 200'000U);
    EXPECT_EQ(disk_usage(dir / "nowhere").count, 0U);
}

}  // namespace
}  // namespace smew::worker
