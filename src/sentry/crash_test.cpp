#include "sentry/crash.hpp"

#include "core/random.hpp"
#include "stacks/symbols.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace smew::sentry {
namespace {

[[gnu::noinline]] void crash_here(volatile int* nowhere) {
    *nowhere = 1;
}

class CrashTest : public testing::Test {
protected:
    ~CrashTest() override { std::filesystem::remove_all(file_.parent_path()); }
    const std::filesystem::path file_ =
        std::filesystem::temp_directory_path() / ("smew_crash_" + random_hex(8)) / "crash.dump";

    // Runs `work` in a process of its own, under the handler.
    template <class Work>
    int die(Work work) {
        const pid_t child = ::fork();
        if (child == 0) {
            {
                const CrashHandler handler(file_, "smew@9.9.9");
                work();
            }
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return status;
    }
};

TEST_F(CrashTest, IsToldAtTheNextStart) {
    const int status = die([] { crash_here(nullptr); });
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGSEGV);
    const auto event = take_crash(file_);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->level, Level::kFatal);
    EXPECT_EQ(event->release, "smew@9.9.9");
    ASSERT_EQ(event->exceptions.size(), 1U);
    EXPECT_EQ(event->exceptions[0].type, "SIGSEGV");
    EXPECT_FALSE(event->exceptions[0].handled);
    const auto frames = stacks::symbolise(event->exceptions[0].stack.addresses(), *event->modules);
    ASSERT_FALSE(frames.empty());
    EXPECT_NE(frames[0].function.find("crash_here"), std::string::npos) << frames[0].function;
    EXPECT_FALSE(take_crash(file_)) << "told twice";
}

TEST_F(CrashTest, AnUncaughtExceptionIsOne) {
    const int status = die([]() noexcept { throw std::runtime_error("nobody"); });
    EXPECT_TRUE(WIFSIGNALED(status));
    const auto event = take_crash(file_);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->exceptions[0].type, "SIGABRT");
}

TEST_F(CrashTest, AnOrderlyEndAndAKillAreNone) {
    EXPECT_EQ(die([] {}), 0);
    EXPECT_FALSE(std::filesystem::exists(file_));
    die([] { ::raise(SIGKILL); });
    EXPECT_TRUE(std::filesystem::exists(file_));
    EXPECT_FALSE(take_crash(file_));
}

}  // namespace
}  // namespace smew::sentry
