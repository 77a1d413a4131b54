// Many threads, and a process that dies in the middle.

#include "catalog/test_store.hpp"

#include <array>
#include <atomic>
#include <set>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace smew::catalog {
namespace {

class ConcurrencyTest : public StoreTest {
protected:
    void SetUp() override { make_project(); }
    template <class Work>
    static void in_threads(int count, Work work) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < count; ++i) threads.emplace_back([work, i] { work(i); });
    }
};

TEST_F(ConcurrencyTest, OfManyWhoPublishOnOneVersionOneWins) {
    const auto table = make_table("orders", "f0");
    std::atomic<int> won = 0, overtaken = 0;
    in_threads(8, [&](int i) {
        const auto published =
            store_->publish_version(table.id, table.version, new_version("f" + std::to_string(i + 1)));
        if (published) ++won;
        if (!published && published.error().code == sqlstate::kSerializationFailure) ++overtaken;
    });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(overtaken, 7);
    EXPECT_EQ(store_->version_files().size(), 2U);
}

// Each publication says how many it follows, so that a lost update shows.
TEST_F(ConcurrencyTest, RetriedPublicationsAllCount) {
    constexpr int kThreads = 8, kEach = 20;
    make_table("orders", "f");
    std::atomic<int> serial = 0;
    in_threads(kThreads, [&](int) {
        for (int done = 0; done < kEach;) {
            const auto now = store_->table(kProject, "in.c-sales", "orders").value();
            const auto next = new_version("f" + std::to_string(++serial), now.row_count + 1);
            if (store_->publish_version(now.id, now.version, next)) ++done;
        }
    });
    EXPECT_EQ(store_->table(kProject, "in.c-sales", "orders")->row_count, 10U + kThreads * kEach);
    EXPECT_EQ(store_->version_files().size(), 1U + kThreads * kEach);
}

TEST_F(ConcurrencyTest, MixedWorkOfEightThreadsHoldsTogether) {
    constexpr int kRounds = 30;
    in_threads(8, [&](int thread) {
        const std::string me = std::to_string(thread);
        const ProjectId project("own" + me);
        store_->create_project(project, "x", "", "{}", new_key("key_" + me)).value();
        store_->create_bucket(project, "in.c-b", "").value();
        for (int round = 0; round < kRounds; ++round) {
            const std::string name = "t" + std::to_string(round);
            const std::string file = me + "/" + name;
            const auto made = store_->create_table(project, "in.c-b", name, "", {}, new_version(file)).value();
            store_->publish_version(made.id, made.version, new_version(file + "b")).value();
            store_->touch_api_key(ApiKeyId("key_" + me));
            EXPECT_TRUE(store_->find_api_key(ApiKeyId("key_" + me)));
            EXPECT_EQ(store_->all_tables(project)->size(), static_cast<std::size_t>(round / 2 + 1));
            EXPECT_GE(store_->projects(100, 0).total, 1U);
            if (round % 2 != 0) continue;
            store_->delete_table(project, "in.c-b", name).value();
            EXPECT_FALSE(store_->table(project, "in.c-b", name));
        }
        if (thread % 2 == 0) store_->delete_project(project).value();
    });
    EXPECT_EQ(store_->counts().projects, 1 + 4);
    EXPECT_EQ(store_->counts().tables, 4 * kRounds / 2);
    EXPECT_EQ(store_->version_files().size(), 8U * kRounds * 2);
}

// ---------------------------------------------------------------- kill -9

// Publishes for ever; after each acknowledged publication tells its number on `out`.
[[noreturn]] void publish_until_killed(const std::string& file, const Clock& clock, int out) {
    auto store = Store::open(file, clock);
    auto table = store->table(ProjectId("p1"), "in.c-sales", "orders").value();
    for (std::uint64_t number = 1;; ++number) {
        const std::string path = "p" + std::to_string(::getpid()) + "/" + std::to_string(number);
        table = store->publish_version(table.id, table.version, new_version(path, number)).value();
        if (::write(out, &number, sizeof number) != sizeof number) ::_exit(1);
    }
}

struct Child {
    pid_t pid = 0;
    int acknowledgements = -1;
};

Child start_publishing(const std::string& file, const Clock& clock) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    const pid_t pid = ::fork();
    if (pid == 0) publish_until_killed(file, clock, ends[1]);
    ::close(ends[1]);
    return {.pid = pid, .acknowledgements = ends[0]};
}

// Kills the child after `count` acknowledgements; the last number it acknowledged.
std::uint64_t kill_after(const Child& child, std::uint64_t count) {
    std::uint64_t last = 0, number = 0;
    while (::read(child.acknowledgements, &number, sizeof number) == sizeof number) {
        last = number;
        if (last == count) ::kill(child.pid, SIGKILL);
    }
    ::close(child.acknowledgements);
    ::waitpid(child.pid, nullptr, 0);
    return last;
}

TEST_F(ConcurrencyTest, WhatWasAcknowledgedSurvivesKill9) {
    make_table("orders", "f0");
    for (std::uint64_t round = 1; round <= 5; ++round) {
        store_.reset();
        const std::uint64_t acknowledged = kill_after(start_publishing(file(), clock_), 7 * round);
        store_ = Store::open(file(), clock_);
        const auto table = store_->table(kProject, "in.c-sales", "orders").value();
        ASSERT_GE(acknowledged, 7 * round);
        // The one that was under way may have made it or not, but nothing in between.
        EXPECT_GE(table.row_count, acknowledged);
        EXPECT_LE(table.row_count, acknowledged + 1);
        const auto files = store_->version_files();
        EXPECT_EQ(files.size(), store_->stale_versions(kNoon + std::chrono::seconds(1)).size() + 1);
        EXPECT_EQ(std::set<std::string>(files.begin(), files.end()).count(table.version_file), 1U);
    }
}

}  // namespace
}  // namespace smew::catalog
