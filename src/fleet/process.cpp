#include "fleet/process.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace smew::fleet {
namespace {

constexpr std::size_t kCrashPaperBytes = 64 << 10;

struct SpawnSettings {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    SpawnSettings() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
};

void start_with_default_signals(posix_spawnattr_t& attributes) {
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

UniqueFd make_crash_paper() {
    UniqueFd paper(::memfd_create("smew-crash", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!paper || ::ftruncate(paper.get(), kCrashPaperBytes) != 0 ||
        ::fcntl(paper.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
        return {};
    }
    // Out of the way of the numbers that descriptors get in the worker.
    return UniqueFd(::fcntl(paper.get(), F_DUPFD_CLOEXEC, kWorkerFds));
}

std::string read_crash_paper(const UniqueFd& paper) {
    std::string text(kCrashPaperBytes, '\0');
    const ssize_t size = ::pread(paper.get(), text.data(), text.size(), 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    text.resize(std::min(text.size(), text.find('\0')));  // what was not written is zeros
    return text;
}

Result<Process> spawn_worker(const UniqueFd& link, const UniqueFd& crash_paper, int records) {
    // Likewise out of the way. Without one dup2 below is refused, which is as it should be.
    const UniqueFd records_copy(::fcntl(records, F_DUPFD_CLOEXEC, kWorkerFds));
    SpawnSettings settings;
    start_with_default_signals(settings.attributes);
    // Also when the link already is descriptor 3: then dup2 only clears its close-on-exec flag.
    posix_spawn_file_actions_adddup2(&settings.actions, link.get(), kWorkerLinkFd);
    posix_spawn_file_actions_adddup2(&settings.actions, crash_paper.get(), kWorkerCrashFd);
    posix_spawn_file_actions_adddup2(&settings.actions, records_copy.get(), kWorkerRecordsFd);
    posix_spawn_file_actions_addclosefrom_np(&settings.actions, kWorkerFds);

    std::array<char, 5> program{"smew"};
    std::array<char, 7> command{"worker"};
    const std::array<char*, 3> arguments{program.data(), command.data(), nullptr};
    Process process;
    const int failed = ::posix_spawn(&process.pid, "/proc/self/exe", &settings.actions, &settings.attributes,
                                     arguments.data(), environ);
    if (failed != 0) {
        return Error{sqlstate::kInsufficientResources,
                     std::string("cannot start a worker process: ") + std::strerror(failed)};
    }
    process.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
    if (!process.pidfd) {
        kill_process(process);
        ::waitpid(process.pid, nullptr, 0);
        return Error{sqlstate::kInsufficientResources,
                     std::string("cannot watch a worker process: ") + std::strerror(errno)};
    }
    return process;
}

std::string reap(const Process& process) {
    int status = 0;
    if (::waitpid(process.pid, &status, 0) < 0) return "unknown";
    if (WIFEXITED(status)) return "exit code " + std::to_string(WEXITSTATUS(status));
    return "signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ")";
}

void kill_process(const Process& process) {
    // By descriptor: a number might already belong to another process.
    if (process.pidfd)
        ::syscall(SYS_pidfd_send_signal, process.pidfd.get(), SIGKILL, nullptr, 0);
    else if (process.pid > 0)
        ::kill(process.pid, SIGKILL);
}

std::uint64_t private_memory(const Process& process) {
    // "size resident shared …" in pages; see proc(5).
    std::ifstream statm("/proc/" + std::to_string(process.pid) + "/statm");
    std::uint64_t size = 0, resident = 0, shared = 0;
    if (!(statm >> size >> resident >> shared)) return 0;
    return (resident - std::min(resident, shared)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace smew::fleet
