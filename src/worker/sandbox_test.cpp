#include "worker/sandbox.hpp"

#include "worker/landlock.hpp"
#include "worker/limits.hpp"
#include "worker/memory_reserve.hpp"
#include "worker/testing.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <linux/io_uring.h>
#include <memory>
#include <new>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace smew::worker {
namespace {

using testing::exited_with;
using testing::in_child;
using testing::ScratchDir;

constexpr std::uint32_t kSomeUser = 231'071;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // no limit on memory then, see limits.cpp
#else
constexpr bool kSanitized = false;
#endif

// Counts what does not hold, in a child where gtest's own checks would be lost.
struct Checks {
    void expect(bool holds, const char* what) {
        if (holds) return;
        std::fprintf(stderr, "does not hold: %s (errno %d)\n", what, errno);
        ++failed;
    }
    int failed = 0;
};
#define HOLDS(condition) checks.expect(condition, #condition)

bool refused(long result, int error = EPERM) {
    return result == -1 && errno == error;
}

int open_flags(const std::string& path, int flags) {
    return ::open(path.c_str(), flags | O_CLOEXEC, 0600);
}

class SandboxTest : public ::testing::Test {
protected:
    SandboxTest() {
        for (const char* name : {"ws", "ws/tmp", "versions", "outside"}) std::filesystem::create_directory(dir / name);
        for (const char* name : {"ws/own", "versions/v1", "outside/secret"}) std::ofstream(dir / name) << "content";
        std::filesystem::copy("/bin/true", dir / "ws/program");
        if (::geteuid() == 0) become_owner();
        start.writable_dir = dir / "ws";
        start.temp_dir = dir / "ws/tmp";
        start.versions_dir = dir / "versions";
        start.sandbox = link::Sandbox::kRequired;
        start.limits.memory = Bytes{64U << 20};
        start.limits.size = Bytes{1U << 20};
    }

    void become_owner() {
        start.uid = start.gid = kSomeUser;
        for (const char* name : {"", "ws", "ws/own", "ws/program"}) {
            EXPECT_EQ(::chown((dir / name).c_str(), kSomeUser, kSomeUser), 0);
        }
    }

    // Enters the sandbox in a child and checks there.
    void inside(const std::function<void(Checks&)>& body) {
        const int status = in_child([&] {
            ::signal(SIGXFSZ, SIG_IGN);
            const auto in_force = enter_sandbox(start);
            if (!in_force) {
                std::fprintf(stderr, "%s: %s\n", in_force.error().message.c_str(), in_force.error().detail.c_str());
                return 100;
            }
            Checks checks;
            body(checks);
            return checks.failed;
        });
        EXPECT_TRUE(exited_with(status, 0)) << status;
    }
    static void SetUpTestSuite() {
        if (landlock_version() == 0) GTEST_SKIP() << "this kernel has no Landlock";
    }

    ScratchDir dir;
    link::Start start;
};

TEST_F(SandboxTest, SaysWhatIsInForce) {
    inside([&](Checks& checks) {
        // A second layer on top of the first, and no user to change to.
        link::Start again = start;
        again.uid = again.gid = 0;
        const auto in_force = enter_sandbox(again);
        HOLDS(!in_force);  // capset is refused by the filter of the first
    });
    const int status = in_child([&] {
        const std::string expected = "landlock-" + std::to_string(landlock_version()) + ",seccomp" +
                                     (start.uid != 0 ? ",uid=" + std::to_string(kSomeUser) : "");
        return enter_sandbox(start).value() == expected ? 0 : 1;
    });
    EXPECT_TRUE(exited_with(status, 0));
}

TEST_F(SandboxTest, OnlyItsOwnFilesAreInReach) {
    inside([&](Checks& checks) {
        HOLDS(refused(open_flags("/etc/hostname", O_RDONLY), EACCES));
        HOLDS(refused(open_flags("/etc/passwd", O_RDONLY), EACCES));
        HOLDS(refused(open_flags("/", O_RDONLY | O_DIRECTORY), EACCES));
        HOLDS(refused(open_flags("/proc/self/environ", O_RDONLY), EACCES));
        HOLDS(refused(open_flags("/proc/self/mem", O_RDWR), EACCES));
        HOLDS(refused(open_flags("/proc/self/exe", O_RDONLY), EACCES));
        HOLDS(refused(open_flags("/dev/sda", O_RDONLY), ENOENT) || errno == EACCES);
        HOLDS(refused(open_flags(dir / "outside/secret", O_RDONLY), EACCES));
        HOLDS(refused(open_flags(dir / "ws/../outside/secret", O_RDONLY), EACCES));
        HOLDS(refused(open_flags(dir / "outside/new", O_WRONLY | O_CREAT), EACCES));
        HOLDS(refused(::rename((dir / "ws/own").c_str(), (dir / "outside/own").c_str()), EACCES) || errno == EXDEV);
        HOLDS(refused(::link((dir / "outside/secret").c_str(), (dir / "ws/link").c_str()), EXDEV) || errno == EACCES ||
              errno == EPERM);
    });
}

TEST_F(SandboxTest, ReadsVersionsButDoesNotWriteThem) {
    inside([&](Checks& checks) {
        HOLDS(open_flags(dir / "versions/v1", O_RDONLY) >= 0);
        HOLDS(refused(open_flags(dir / "versions/v1", O_RDWR), EACCES));
        HOLDS(refused(::truncate((dir / "versions/v1").c_str(), 0), EACCES));
        HOLDS(refused(::unlink((dir / "versions/v1").c_str()), EACCES));
        HOLDS(refused(open_flags(dir / "versions/v2", O_WRONLY | O_CREAT), EACCES));
    });
}

TEST_F(SandboxTest, WorksInItsOwnDirectory) {
    inside([&](Checks& checks) {
        const int file = open_flags(dir / "ws/new", O_RDWR | O_CREAT);
        HOLDS(file >= 0);
        HOLDS(::write(file, "x", 1) == 1);
        HOLDS(::fsync(file) == 0);
        HOLDS(::ftruncate(file, 0) == 0);
        HOLDS(::rename((dir / "ws/new").c_str(), (dir / "ws/renamed").c_str()) == 0);
        HOLDS(::mkdir((dir / "ws/sub").c_str(), 0700) == 0);
        HOLDS(::rename((dir / "ws/renamed").c_str(), (dir / "ws/sub/moved").c_str()) == 0 || landlock_version() < 2);
        std::error_code failed;
        std::filesystem::remove_all(dir / "ws/sub", failed);
        HOLDS(!failed);
        HOLDS(refused(::symlink("/etc", (dir / "ws/link").c_str()), EACCES));
        HOLDS(refused(::mkfifo((dir / "ws/fifo").c_str(), 0600)) || errno == EACCES);
    });
}

TEST_F(SandboxTest, ReadsWhatDuckDBNeedsToStart) {
    const bool zones = ::access("/usr/share/zoneinfo/UTC", F_OK) == 0;
    inside([&](Checks& checks) {
        HOLDS(open_flags("/proc/self/cgroup", O_RDONLY) >= 0);
        HOLDS(open_flags("/usr/share/zoneinfo/UTC", O_RDONLY) >= 0 || !zones);
    });
}

TEST_F(SandboxTest, OpensNoConnections) {
    inside([&](Checks& checks) {
        HOLDS(refused(::socket(AF_INET, SOCK_STREAM, 0)));
        HOLDS(refused(::socket(AF_INET6, SOCK_DGRAM, 0)));
        HOLDS(refused(::socket(AF_UNIX, SOCK_STREAM, 0)));
        HOLDS(refused(::socket(AF_NETLINK, SOCK_RAW, 0)));
    });
}

TEST_F(SandboxTest, AnAdoptedSocketReachesNobodyElse) {
    const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener.get(), 1), 0);
    ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    inside([&](Checks& checks) {
        HOLDS(refused(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address)));
        HOLDS(refused(::accept(listener.get(), nullptr, nullptr)));
    });
    // Landlock alone refuses it as well, from version 4 on.
    if (landlock_version() < 4) return;
    EXPECT_TRUE(exited_with(
        in_child([&] {
            ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            if (!restrict_with_landlock({})) return 1;
            return refused(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), EACCES)
                       ? 0
                       : 2;
        }),
        0));
}

TEST_F(SandboxTest, StartsNoProgramsAndNoProcesses) {
    inside([&](Checks& checks) {
        char* const arguments[] = {nullptr};
        HOLDS(refused(::execv("/bin/true", arguments)));
        HOLDS(refused(::execv((dir / "ws/program").c_str(), arguments)));
        HOLDS(refused(::fork()));
        HOLDS(refused(::syscall(SYS_clone3, nullptr, 0), ENOSYS));
        HOLDS(refused(::unshare(CLONE_NEWUSER)));
    });
}

TEST_F(SandboxTest, SignalsNobodyButItself) {
    const pid_t parent = ::getpid();
    inside([&](Checks& checks) {
        HOLDS(refused(::kill(parent, 0)));
        HOLDS(refused(::kill(parent, SIGKILL)));
        HOLDS(refused(::kill(-1, SIGTERM)));
        HOLDS(refused(::syscall(SYS_tgkill, parent, parent, SIGTERM)));
        ::signal(SIGUSR1, SIG_IGN);
        HOLDS(::raise(SIGUSR1) == 0);
    });
}

TEST_F(SandboxTest, TheKernelsLargeDoorsAreShut) {
    inside([&](Checks& checks) {
        io_uring_params parameters{};
        HOLDS(refused(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)));
        HOLDS(refused(::mount("none", (dir / "ws").c_str(), "tmpfs", 0, nullptr)));
        HOLDS(refused(::syscall(SYS_bpf, 0, nullptr, 0)));
        HOLDS(refused(::syscall(SYS_io_uring_setup, 1, &parameters)));
        HOLDS(refused(::syscall(SYS_userfaultfd, 0)));
        HOLDS(refused(::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0)));
        HOLDS(refused(::syscall(SYS_keyctl, 0, 0, 0, 0, 0)));
        HOLDS(refused(::syscall(SYS_process_vm_readv, ::getppid(), nullptr, 0, nullptr, 0, 0)));
        HOLDS(refused(::setuid(0)));
        HOLDS(refused(::ioctl(0, TIOCSTI, "x")));
#if defined(__x86_64__)
        HOLDS(refused(::syscall(0x40000000 | SYS_getpid)));  // x32's number of an allowed call
#endif
    });
}

TEST_F(SandboxTest, HasNoPrivileges) {
    inside([&](Checks& checks) {
        HOLDS(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
        HOLDS(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
        HOLDS(start.uid == 0 || (::getuid() == kSomeUser && ::getegid() == kSomeUser && ::getgroups(0, nullptr) == 0));
        HOLDS(refused(::sethostname("x", 1)));
        HOLDS(refused(::chroot(start.writable_dir.c_str())));
        HOLDS(refused(::fchownat(AT_FDCWD, (dir / "ws/own").c_str(), 0, 0, 0)));
    });
}

TEST_F(SandboxTest, RootWithoutAUserOfItsOwnLosesItsPowers) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    start.uid = start.gid = 0;
    start.sandbox = link::Sandbox::kOff;
    inside([&](Checks& checks) {
        HOLDS(refused(::chown("/", 1, 1)));
        HOLDS(refused(::chroot("/")));
        HOLDS(refused(open_flags(dir / "ws/own", O_RDONLY), EACCES));  // another user's
    });
}

TEST_F(SandboxTest, LimitsMemoryFilesAndDumps) {
    inside([&](Checks& checks) {
        // Private memory as malloc and DuckDB's allocator take it.
        const auto allocate = [](std::size_t bytes) {
            return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
        };
        const std::size_t allowed = data_limit(start.limits.memory, thread_count(start.limits, start.threads)).count;
        HOLDS(kSanitized || !allocate(allowed));
        HOLDS(allocate(start.limits.memory.count));
        const int file = open_flags(dir / "ws/big", O_RDWR | O_CREAT);
        const auto largest = static_cast<off_t>(file_size_limit(start.limits).count);
        HOLDS(::pwrite(file, "x", 1, largest - 1) == 1);
        HOLDS(refused(::pwrite(file, "x", 1, largest), EFBIG));
        rlimit limit{};
        HOLDS(::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0);
        HOLDS(::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == limit.rlim_max);
    });
}

// What is a few bytes large finds memory when all that is allowed is taken; a buffer does not.
TEST_F(SandboxTest, KeepsAReserveForSmallAllocations) {
    if (kSanitized) GTEST_SKIP() << "a sanitizer's allocator knows no limit on data";
    inside([&](Checks& checks) {
        keep_memory_reserve();
        while (std::malloc(1U << 20) != nullptr) {
        }
        while (std::malloc(64) != nullptr) {
        }
        std::vector<std::unique_ptr<char[]>> small;
        for (int i = 0; i < 10'000; ++i) small.push_back(std::make_unique<char[]>(100));
        HOLDS(small.size() == 10'000);
        bool refused_large = false;
        try {
            const std::vector<char> large(1U << 30);
        } catch (const std::bad_alloc&) {
            refused_large = true;
        }
        HOLDS(refused_large);
    });
}

TEST_F(SandboxTest, ThreadsStillStart) {
    inside([&](Checks& checks) {
        std::atomic<int> ran{0};
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i) threads.emplace_back([&] { ++ran; });
        threads.clear();
        HOLDS(ran == 16);
    });
}

// The kernel stacks at most 16 layers of Landlock: one more fails as on a kernel that has none.
int with_landlock_used_up(const link::Start& start, const std::function<bool(const Result<std::string>&)>& check) {
    return in_child([&] {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        for (int layer = 0; layer < 16; ++layer) {
            if (!restrict_with_landlock({.writable = {"/"}, .readable = {}})) return 2;
        }
        return check(enter_sandbox(start)) ? 0 : 1;
    });
}

TEST_F(SandboxTest, RequiredFailsWithoutLandlock) {
    const int status = with_landlock_used_up(start, [](const Result<std::string>& in_force) {
        return !in_force && in_force.error().code == sqlstate::kSystemError && !in_force.error().hint.empty();
    });
    EXPECT_TRUE(exited_with(status, 0)) << status;
}

TEST_F(SandboxTest, PreferredSaysThatLandlockIsMissing) {
    start.sandbox = link::Sandbox::kPreferred;
    const int status = with_landlock_used_up(start, [](const Result<std::string>& in_force) {
        return in_force && in_force->starts_with("no landlock,seccomp");
    });
    EXPECT_TRUE(exited_with(status, 0)) << status;
}

TEST_F(SandboxTest, OffStillHasLimitsAndUser) {
    start.sandbox = link::Sandbox::kOff;
    inside([&](Checks& checks) {
        HOLDS(open_flags("/etc/passwd", O_RDONLY) >= 0);
        HOLDS(start.uid == 0 || ::getuid() == kSomeUser);
        rlimit limit{};
        HOLDS(::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == file_size_limit(start.limits).count);
    });
}

TEST_F(SandboxTest, FailsWhenADirectoryIsMissing) {
    start.writable_dir = dir / "nowhere";
    EXPECT_TRUE(exited_with(in_child([&] { return enter_sandbox(start) ? 1 : 0; }), 0));
}

TEST(Limits, DataLimitGrowsWithMemoryAndThreads) {
    EXPECT_EQ(data_limit({}, 10).count, 0U);
    const Bytes one = data_limit(Bytes{1U << 30}, 10);
    EXPECT_EQ(one.count, (1ULL << 30) + (1ULL << 28) + (256ULL << 20) + 10 * kThreadStackBytes);
}

}  // namespace
}  // namespace smew::worker
