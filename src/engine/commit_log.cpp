#include "engine/commit_log.hpp"

#include "core/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace smew::engine {
namespace {

// The innermost of this thread.
thread_local CommitLog::Scope* current_scope = nullptr;

// Others have seen the commit, so it cannot be taken back, and what a failed synchronization has lost a second would
// not tell. The worker ends, as PostgreSQL does; the next reads the log as it is on disk.
[[noreturn]] void lose(const std::string& path, int error) {
    (void)std::fprintf(stderr, "the write-ahead log %s could not be synchronized: %s\n", path.c_str(),
                       std::strerror(error));
    std::abort();
}

}  // namespace

int CommitLog::sync_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (file.get() < 0) return errno;
    while (::fdatasync(file.get()) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

CommitLog::Scope::Scope(CommitLog& log) : outer_(current_scope), log_(log) {
    current_scope = this;
}

CommitLog::Scope::~Scope() {
    current_scope = outer_;
    log_.wait_for(commit_);
}

void CommitLog::Scope::has_read() {
    commit_ = std::max(commit_, log_.committed_.load(std::memory_order_acquire));
}

bool CommitLog::defer(const std::string& path) {
    if (current_scope == nullptr || &current_scope->log_ != this) return false;
    const std::lock_guard lock(mutex_);
    written_.insert(path);
    current_scope->commit_ = committed_.fetch_add(1, std::memory_order_release) + 1;
    return true;
}

void CommitLog::settle() {
    wait_for(committed_.load(std::memory_order_acquire));
}

void CommitLog::wait_for(std::uint64_t commit) {
    if (on_disk_.load(std::memory_order_acquire) >= commit) return;
    std::unique_lock lock(mutex_);
    while (on_disk_.load(std::memory_order_relaxed) < commit) {
        if (syncing_ == 0) {
            sync_once(lock);
        } else {
            ended_[(commit <= syncing_ ? round_ : round_ + 1) % 2].wait(lock);
        }
    }
}

// For all that have committed by now; of those who come meanwhile one makes the next.
void CommitLog::sync_once(std::unique_lock<std::mutex>& lock) {
    ++round_;
    syncing_ = committed_.load(std::memory_order_relaxed);
    const std::set<std::string> files = std::exchange(written_, {});
    lock.unlock();
    for (const std::string& file : files) {
        if (const int error = sync_(file); error != 0) lose(file, error);
    }
    lock.lock();
    on_disk_.store(std::exchange(syncing_, 0), std::memory_order_release);
    ended_[round_ % 2].notify_all();
    ended_[(round_ + 1) % 2].notify_one();
}

}  // namespace smew::engine
