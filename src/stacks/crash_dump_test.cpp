#include "stacks/crash_dump.hpp"

#include "core/fd.hpp"
#include "stacks/symbols.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace smew::stacks {
namespace {

[[gnu::noinline]] void crash_here(volatile int* nowhere) {
    *nowhere = 1;
}

class CrashDumpTest : public testing::Test {
protected:
    // Runs `work` in a process of its own and gives what that left.
    template <class Work>
    std::string dump_of(Work work) {
        const pid_t child = ::fork();
        if (child == 0) {
            leave_crash_dumps(paper_.get());
            work();
            ::_exit(0);
        }
        ::waitpid(child, &status_, 0);
        std::string text(1 << 16, '\0');
        text.resize(static_cast<std::size_t>(::pread(paper_.get(), text.data(), text.size(), 0)));
        return text;
    }

    const UniqueFd paper_{::memfd_create("crash", MFD_CLOEXEC)};
    int status_ = 0;
};

TEST_F(CrashDumpTest, TellsSignalPlaceAndStack) {
    const auto dump = read_crash_dump(dump_of([] { crash_here(nullptr); }));
    EXPECT_EQ(WTERMSIG(status_), SIGSEGV);
    ASSERT_TRUE(dump);
    EXPECT_EQ(dump->signal_name(), "SIGSEGV");
    EXPECT_EQ(dump->description(), "Segmentation fault at address 0x0");
    const auto frames = symbolise(dump->stack.addresses(), dump->modules);
    ASSERT_FALSE(frames.empty());
    EXPECT_NE(frames[0].function.find("crash_here"), std::string::npos) << frames[0].function;
}

TEST_F(CrashDumpTest, OfAnyThread) {
    const auto dump = read_crash_dump(dump_of([] { std::thread([] { crash_here(nullptr); }).join(); }));
    ASSERT_TRUE(dump);
    const auto frames = symbolise(dump->stack.addresses(), dump->modules);
    ASSERT_FALSE(frames.empty());
    EXPECT_NE(frames[0].function.find("crash_here"), std::string::npos) << frames[0].function;
}

TEST_F(CrashDumpTest, AnOrderlyEndAndAKillLeaveNone) {
    EXPECT_FALSE(read_crash_dump(dump_of([] {})));
    EXPECT_FALSE(read_crash_dump(dump_of([] { ::raise(SIGKILL); })));
}

TEST(CrashDump, OfAStrangerIsReadWithinBounds) {
    std::string text = "signal ffffffffffffffff\ntime ffffffffffffffff\nmodule\nmodule x y z\npc\npc zz\n";
    for (int i = 0; i < 5000; ++i) text += "pc ffffffffffffffff\nmodule 0 ffffffffffffffff - /\n";
    const auto dump = read_crash_dump(text);
    ASSERT_TRUE(dump);
    EXPECT_EQ(dump->stack.size, kMaxFrames);
    EXPECT_LE(dump->modules.size(), 500U);
    EXPECT_EQ(symbolise(dump->stack.addresses(), dump->modules).size(), kMaxFrames);
    EXPECT_FALSE(dump->description().empty());
    EXPECT_FALSE(read_crash_dump(""));
    EXPECT_FALSE(read_crash_dump(std::string(1 << 16, '\xff')));
}

}  // namespace
}  // namespace smew::stacks
