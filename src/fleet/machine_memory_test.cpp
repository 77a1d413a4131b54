#include "fleet/machine_memory.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace smew::fleet {
namespace {

class MachineMemoryTest : public ::testing::Test {
protected:
    MachineMemoryTest() {
        std::string name = (std::filesystem::temp_directory_path() / "smew-memory-XXXXXX").string();
        root_ = ::mkdtemp(name.data());
        write("proc/meminfo", "MemTotal:       16000 kB\nMemFree:  100 kB\nMemAvailable:    9000 kB\n");
    }
    ~MachineMemoryTest() override { std::filesystem::remove_all(root_); }
    void write(const std::string& path, const std::string& text) {
        const std::filesystem::path file = root_ + "/" + path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    std::string root_;
};

TEST_F(MachineMemoryTest, OfTheMachine) {
    const MachineMemory memory = read_machine_memory(root_);
    EXPECT_EQ(memory.total, 16000U << 10U);
    EXPECT_EQ(memory.available, 9000U << 10U);
}

TEST_F(MachineMemoryTest, OfTheGroupThatHasLess) {
    write("proc/self/cgroup", "0::/a/b\n");
    write("sys/fs/cgroup/a/b/memory.max", "max\n");
    write("sys/fs/cgroup/a/memory.max", "8000000\n");
    write("sys/fs/cgroup/a/memory.current", "5000000\n");
    write("sys/fs/cgroup/a/memory.stat", "anon 1\nfile 2000000\n");
    const MachineMemory memory = read_machine_memory(root_);
    EXPECT_EQ(memory.total, 8'000'000U);
    EXPECT_EQ(memory.available, 5'000'000U);  // three are in use, two are files' cache
}

TEST_F(MachineMemoryTest, OfAContainer) {
    write("proc/self/cgroup", "0::/\n");
    write("sys/fs/cgroup/memory.max", "4000000\n");
    write("sys/fs/cgroup/memory.current", "1000000\n");
    EXPECT_EQ(read_machine_memory(root_).total, 4'000'000U);
    EXPECT_EQ(read_machine_memory(root_).available, 3'000'000U);
}

TEST_F(MachineMemoryTest, OfTheFirstVersionOfGroups) {
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "4000000\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", "4500000\n");
    EXPECT_EQ(read_machine_memory(root_).total, 4'000'000U);
    EXPECT_EQ(read_machine_memory(root_).available, 0U);
}

TEST_F(MachineMemoryTest, HereItIsSomething) {
    EXPECT_GT(read_machine_memory().total, 1U << 26U);
    EXPECT_GT(read_machine_memory().available, 0U);
}

}  // namespace
}  // namespace smew::fleet
