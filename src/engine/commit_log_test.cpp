#include "engine/commit_log.hpp"

#include "engine/duckdb_instance.hpp"

#include <duckdb.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace smew::engine::test {
namespace {

// A disk that synchronizes when the test lets it.
class SlowDisk {
public:
    CommitLog::Sync sync() {
        return [this](const std::string& path) {
            std::unique_lock lock(mutex_);
            begun_.push_back(path);
            changed_.notify_all();
            changed_.wait(lock, [this] { return allowed_ >= begun_.size(); });
            return 0;
        };
    }
    void wait_for(std::size_t syncs) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return begun_.size() >= syncs; });
    }
    void allow(std::size_t syncs) {
        const std::lock_guard lock(mutex_);
        allowed_ = syncs;
        changed_.notify_all();
    }
    std::vector<std::string> begun() {
        const std::lock_guard lock(mutex_);
        return begun_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> begun_;
    std::size_t allowed_ = 0;
};

// A commit as DuckDB makes one, told to `committed` when it can be seen and before it is on disk.
std::future<void> commit(CommitLog& log, std::promise<void>& committed) {
    return std::async(std::launch::async, [&] {
        const CommitLog::Scope scope(log);
        EXPECT_TRUE(log.defer("db.wal"));
        committed.set_value();
    });
}

bool is_done(const std::future<void>& future) {
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

TEST(CommitLogTest, CommitsShareASynchronization) {
    SlowDisk disk;
    CommitLog log(disk.sync());
    std::vector<std::promise<void>> committed(6);
    std::vector<std::future<void>> threads;
    threads.push_back(commit(log, committed[0]));
    disk.wait_for(1);
    for (std::size_t i = 1; i < committed.size(); ++i) threads.push_back(commit(log, committed[i]));
    for (auto& one : committed) one.get_future().wait();
    for (const auto& thread : threads) EXPECT_FALSE(is_done(thread)) << "it is not on disk";
    disk.allow(1);
    threads[0].wait();
    disk.wait_for(2);
    for (std::size_t i = 1; i < threads.size(); ++i) EXPECT_FALSE(is_done(threads[i])) << "it came after the first";
    disk.allow(2);
    for (auto& thread : threads) thread.wait();
    EXPECT_EQ(disk.begun(), (std::vector<std::string>{"db.wal", "db.wal"}));
}

TEST(CommitLogTest, NobodyWaitsForEver) {
    std::atomic<std::uint64_t> syncs{0};
    CommitLog log([&](const std::string&) {
        ++syncs;
        return 0;
    });
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 5000; ++i) {
                CommitLog::Scope scope(log);
                if (i % 3 == 0) {
                    scope.has_read();
                } else {
                    log.defer("db.wal");
                }
            }
        });
    }
    threads.clear();
    EXPECT_GT(syncs, 0U);
    EXPECT_LE(syncs, 8U * 5000U);
}

TEST(CommitLogTest, OutsideOfAScopeNothingIsDeferred) {
    CommitLog log, other;
    EXPECT_FALSE(log.defer("db.wal"));
    const CommitLog::Scope scope(other);
    EXPECT_FALSE(log.defer("db.wal")) << "of another instance";
}

TEST(CommitLogTest, WhoHasReadWaitsForWhatCanHaveBeenRead) {
    SlowDisk disk;
    CommitLog log(disk.sync());
    {
        const CommitLog::Scope scope(log);
        EXPECT_EQ(disk.begun().size(), 0U) << "nothing is committed";
    }
    std::promise<void> committed;
    auto writer = commit(log, committed);
    disk.wait_for(1);
    auto reader = std::async(std::launch::async, [&] {
        CommitLog::Scope scope(log);
        scope.has_read();
    });
    { const CommitLog::Scope has_read_nothing(log); }
    EXPECT_FALSE(is_done(reader));
    disk.allow(1);
    reader.wait();
    writer.wait();
    EXPECT_EQ(disk.begun().size(), 1U);
}

TEST(CommitLogDeathTest, WhatTheDiskHasLostEndsTheProcess) {
    CommitLog log([](const std::string&) { return EIO; });
    EXPECT_DEATH(
        {
            const CommitLog::Scope scope(log);
            log.defer("db.wal");
        },
        "the write-ahead log db.wal could not be synchronized: Input/output error");
}

// With DuckDB: which synchronization happens when.
class CommitLogFilesTest : public ::testing::Test {
protected:
    CommitLogFilesTest() {
        OpenOptions options;
        options.database_file = directory / "workspace.duckdb";
        options.commits = log;
        database = open_duckdb(options).value();
        run("CREATE TABLE t AS SELECT 1 AS id");
        synced.clear();
    }

    ~CommitLogFilesTest() override {
        database.reset();
        std::filesystem::remove_all(directory);
    }

    static std::filesystem::path fresh_directory() {
        std::string pattern = std::filesystem::temp_directory_path() / "smew_commits_XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        return pattern;
    }
    void run(const std::string& sql) {
        duckdb::Connection connection(*database);
        EXPECT_TRUE(run_sql(connection, sql)) << sql;
    }
    std::string count() {
        duckdb::Connection connection(*database);
        return connection.Query("SELECT count(*) FROM t")->GetValue(0, 0).ToString();
    }

    const std::filesystem::path directory = fresh_directory();
    std::vector<std::string> synced;
    std::function<void()> while_synced = [] {};
    std::shared_ptr<CommitLog> log = std::make_shared<CommitLog>([this](const std::string& path) {
        synced.push_back(std::filesystem::path(path).filename());
        while_synced();
        return CommitLog::sync_file(path);
    });
    std::unique_ptr<duckdb::DuckDB> database;
};

TEST_F(CommitLogFilesTest, NoLockIsHeldWhileTheLogIsSynchronized) {
    std::string seen;
    while_synced = [&] { seen = count(); };  // DuckDB's own commit would wait for itself here
    {
        const CommitLog::Scope scope(*log);
        run("INSERT INTO t VALUES (2)");
        EXPECT_EQ(synced, std::vector<std::string>()) << "later, without locks";
    }
    EXPECT_EQ(synced, std::vector<std::string>{"workspace.duckdb.wal"});
    EXPECT_EQ(seen, "2");
}

TEST_F(CommitLogFilesTest, OtherThreadsCommitsAreOnDiskWhenTheyReturn) {
    run("INSERT INTO t VALUES (2)");
    EXPECT_EQ(synced, std::vector<std::string>()) << "DuckDB synchronized it itself";
}

// Else a crash could leave the rows of a later checkpoint without the commits before it.
TEST_F(CommitLogFilesTest, TheLogComesBeforeTheFilesOfTheDatabase) {
    const CommitLog::Scope scope(*log);
    run("INSERT INTO t VALUES (2)");
    EXPECT_EQ(synced, std::vector<std::string>());
    run("CHECKPOINT");
    ASSERT_FALSE(synced.empty());
    EXPECT_EQ(synced.front(), "workspace.duckdb.wal");
}

TEST_F(CommitLogFilesTest, WhatIsOnDiskIsThereAgain) {
    {
        const CommitLog::Scope scope(*log);
        for (int i = 2; i < 50; ++i) run("INSERT INTO t VALUES (" + std::to_string(i) + ")");
    }
    // As a crash leaves them: no checkpoint at the end.
    const std::filesystem::path copy = directory / "copy.duckdb";
    std::filesystem::copy_file(directory / "workspace.duckdb", copy);
    std::filesystem::copy_file(directory / "workspace.duckdb.wal", copy.string() + ".wal");
    duckdb::DuckDB again(copy.string());
    duckdb::Connection connection(again);
    EXPECT_EQ(connection.Query("SELECT count(DISTINCT id) FROM t")->GetValue(0, 0).ToString(), "49");
}

}  // namespace
}  // namespace smew::engine::test
