#include "worker/syscall_filter.hpp"

#include <asm/ioctls.h>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace smew::worker {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "smew's system call filter knows x86-64 and arm64"
#endif

constexpr int kRefused[] = {
    // other processes and programs
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_open, SYS_pidfd_getfd,
    SYS_pidfd_send_signal, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_execve, SYS_execveat,
    SYS_process_madvise,
    // identity, namespaces, mounts
    SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_setfsuid,
    SYS_setfsgid, SYS_capset, SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_fsopen,
    SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_move_mount, SYS_open_tree, SYS_mount_setattr, SYS_fchown, SYS_fchownat,
    // new ways out: a worker lives on the sockets it is given
    SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_shmget, SYS_shmat, SYS_msgget,
    SYS_semget, SYS_mq_open, SYS_mknodat,
    // the kernel's larger doors
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_fanotify_init, SYS_open_by_handle_at, SYS_name_to_handle_at,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_swapon,
    SYS_swapoff, SYS_quotactl, SYS_acct, SYS_syslog, SYS_settimeofday, SYS_clock_settime, SYS_clock_adjtime,
    SYS_adjtimex, SYS_sethostname, SYS_setdomainname, SYS_vhangup, SYS_personality, SYS_lookup_dcookie, SYS_nfsservctl,
#if defined(__x86_64__)
    SYS_fork, SYS_vfork, SYS_chown, SYS_lchown, SYS_mknod, SYS_ioperm, SYS_iopl, SYS_modify_ldt, SYS_uselib, SYS_ustat,
    SYS_sysfs, SYS_create_module, SYS_get_kernel_syms, SYS_query_module
#endif
};

constexpr std::uint32_t argument(int index) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) +
           static_cast<std::uint32_t>(index) * 8;  // low half
}

// A filter as it grows: each clause ends by itself or falls through to the next.
class Program {
public:
    Program() {
        load(offsetof(seccomp_data, arch));
        unless_equal(kArchitecture, {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS});
        load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
        // The x32 numbers would walk past every comparison below.
        code_.push_back({BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000});
        code_.push_back(refusal(EPERM));
#endif
    }

    void refuse(int number, int error = EPERM) {
        code_.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, static_cast<std::uint32_t>(number)});
        code_.push_back(refusal(error));
    }
    // Refuses `number` unless its argument, masked, is `wanted`.
    void require(int number, int index, std::uint32_t mask, std::uint32_t wanted) {
        with_argument(number, index, mask, {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, wanted});
    }
    // Refuses `number` when its argument is `unwanted`.
    void forbid(int number, int index, std::uint32_t unwanted) {
        with_argument(number, index, 0xffffffff, {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, unwanted});
    }
    std::vector<sock_filter> finish() && {
        code_.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
        return std::move(code_);
    }

private:
    static sock_filter refusal(int error) {
        return {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)};
    }
    void load(std::size_t offset) {
        code_.push_back({BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)});
    }
    void unless_equal(std::uint32_t value, sock_filter otherwise) {
        code_.push_back({BPF_JMP | BPF_JEQ | BPF_K, 1, 0, value});
        code_.push_back(otherwise);
    }
    // `test` skips the refusal that follows it or not; either way the number is loaded again for the next clause.
    void with_argument(int number, int index, std::uint32_t mask, sock_filter test) {
        code_.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 5, static_cast<std::uint32_t>(number)});
        load(argument(index));
        code_.push_back({BPF_ALU | BPF_AND | BPF_K, 0, 0, mask});
        code_.push_back(test);
        code_.push_back(refusal(EPERM));
        load(offsetof(seccomp_data, nr));
    }

    std::vector<sock_filter> code_;
};

std::vector<sock_filter> make_filter() {
    Program program;
    for (const int number : kRefused) program.refuse(number);
    // Its flags lie in memory the filter cannot see; the C library then falls back to clone, whose flags it can.
    program.refuse(SYS_clone3, ENOSYS);
    program.require(SYS_clone, 0, CLONE_THREAD, CLONE_THREAD);
    // raise() and abort() signal this process through tgkill.
    program.require(SYS_tgkill, 0, 0xffffffff, static_cast<std::uint32_t>(::getpid()));
    program.require(SYS_prlimit64, 0, 0xffffffff, 0);
    // A terminal the server was started from takes no input from a worker.
    program.forbid(SYS_ioctl, 1, TIOCSTI);
    program.forbid(SYS_ioctl, 1, TIOCLINUX);
    return std::move(program).finish();
}

}  // namespace

Result<void> install_syscall_filter() {
    std::vector<sock_filter> filter = make_filter();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
        return Error{sqlstate::kSystemError, "seccomp: installing the system call filter failed", std::strerror(errno)};
    }
    return {};
}

}  // namespace smew::worker
