#pragma once
// Commits that share the synchronization of the write-ahead log (ADR 0017). DuckDB synchronizes the log inside of each
// commit, while it holds the lock that every transaction's start and end needs. Here a commit only notes that the log
// has more; its thread waits for the disk when it holds no lock any more, and one thread synchronizes for all that
// wait. Internal to engine/.
//
// No answer may leave before what it tells is on disk: a thread that has committed, or has read what others committed,
// waits at the end of its Scope. The files of the database are not written before the log that comes before them.

#include <duckdb/common/file_system.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace smew::engine {

class CommitLog {
public:
    // Puts all that was written to the file on disk. An error's number, or 0.
    using Sync = std::function<int(const std::string& path)>;
    static int sync_file(const std::string& path);

    explicit CommitLog(Sync sync = sync_file) : sync_(std::move(sync)) {}

    // While it lives, commits of this thread return before they are on disk. Its end waits until they are.
    class Scope {
    public:
        explicit Scope(CommitLog& log);
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

        // What is committed by now may have been read: the end waits for that as well.
        void has_read();

    private:
        Scope* const outer_;
        CommitLog& log_;
        std::uint64_t commit_ = 0;  // to wait for
        friend class CommitLog;
    };

    // For the file system. True: this thread will wait, nothing is to be done now. From any thread.
    bool defer(const std::string& path);
    // Waits until all that is committed is on disk. From any thread.
    void settle();

private:
    void wait_for(std::uint64_t commit);
    void sync_once(std::unique_lock<std::mutex>& lock);

    const Sync sync_;
    std::atomic<std::uint64_t> committed_{0};  // counts commits
    std::atomic<std::uint64_t> on_disk_{0};    // of them, the last that is
    std::mutex mutex_;
    std::set<std::string> written_;  // logs with commits that are not on disk
    // Synchronizations are counted, and who waits does so for the one that runs or for the next.
    std::uint64_t round_ = 0;
    std::uint64_t syncing_ = 0;                     // up to which commit it runs; 0: none does
    std::array<std::condition_variable, 2> ended_;  // of even and odd ones
};

// Files as DuckDB has them, but for the write-ahead log. Shares `log`.
duckdb::unique_ptr<duckdb::FileSystem> commit_log_files(std::shared_ptr<CommitLog> log);

}  // namespace smew::engine
