#include "worker/process_setup.hpp"

#include "worker/limits.hpp"
#include "worker/memory_reserve.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

namespace smew::worker {
namespace {

// Each arena keeps what its thread once used; DuckDB's buffers have an allocator of their own.
constexpr int kMallocArenas = 2;

void ignore_signals() {
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ}) ::signal(number, SIG_IGN);
}

void set_stack_size() {
    pthread_attr_t attributes;
    if (::pthread_attr_init(&attributes) != 0) return;
    ::pthread_attr_setstacksize(&attributes, kThreadStackBytes);
    ::pthread_setattr_default_np(&attributes);  // also of threads that DuckDB starts
    ::pthread_attr_destroy(&attributes);
}

void wipe_environment() {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        ::explicit_bzero(*entry, std::strlen(*entry));
    }
    ::clearenv();
    ::setenv("TZ", "UTC", 1);  // else ICU searches the zone files for one equal to /etc/localtime
}

void close_standard_streams() {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return;
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDOUT_FILENO);
    if (null > STDERR_FILENO) ::close(null);
}

}  // namespace

void set_up_process() {
    ignore_signals();
    ::mallopt(M_ARENA_MAX, kMallocArenas);
    keep_memory_reserve();
    set_stack_size();
    wipe_environment();
    close_standard_streams();
}

}  // namespace smew::worker
