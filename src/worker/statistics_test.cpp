#include "worker/statistics.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <sys/mman.h>
#include <thread>

namespace smew::worker {
namespace {

using pgsession::StatementOutcome;
using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(Statistics, CountsByOutcomeAndDuration) {
    Statistics statistics;
    statistics.statement_done(StatementOutcome::kSuccess, microseconds(20));
    statistics.statement_done(StatementOutcome::kSuccess, milliseconds(20));
    statistics.statement_done(StatementOutcome::kError, microseconds(1));
    statistics.statement_done(StatementOutcome::kTimeout, std::chrono::seconds(100));
    statistics.statement_done(StatementOutcome::kCancelled, microseconds(1));
    statistics.bytes_sent(10);
    statistics.bytes_sent(5);
    const link::Stats stats = statistics.take();
    EXPECT_EQ(stats.queries_success, 2U);
    EXPECT_EQ(stats.queries_error, 1U);
    EXPECT_EQ(stats.queries_timeout, 1U);
    EXPECT_EQ(stats.queries_cancelled, 1U);
    EXPECT_EQ(stats.bytes_sent, 15U);
    EXPECT_EQ(stats.duration_total_us, 100'020'022U);
    ASSERT_EQ(stats.duration_buckets.size(), kDurationBucketCount);
    EXPECT_EQ(stats.duration_buckets[0], 2U);
    EXPECT_EQ(stats.duration_buckets[duration_bucket(milliseconds(20))], 1U);
    EXPECT_EQ(stats.duration_buckets.back(), 1U);
}

TEST(Statistics, StartsAnewAfterEachTake) {
    Statistics statistics;
    statistics.statement_done(StatementOutcome::kSuccess, microseconds(20));
    statistics.take();
    const link::Stats stats = statistics.take();
    EXPECT_EQ(stats.queries_success, 0U);
    EXPECT_EQ(stats.duration_total_us, 0U);
    EXPECT_EQ(std::accumulate(stats.duration_buckets.begin(), stats.duration_buckets.end(), 0ULL), 0U);
}

TEST(Statistics, LosesNothingBetweenThreads) {
    Statistics statistics;
    std::uint64_t taken = 0;
    {
        const auto count = [&] {
            for (int i = 0; i < 10'000; ++i) statistics.statement_done(StatementOutcome::kSuccess, microseconds(1));
        };
        const std::jthread one(count), two(count);
        for (int i = 0; i < 100; ++i) taken += statistics.take().queries_success;
    }
    EXPECT_EQ(taken + statistics.take().queries_success, 20'000U);
}

TEST(PrivateMemory, GrowsWithWhatTheProcessTouches) {
    const PrivateMemory memory;
    const std::uint64_t before = memory.bytes();
    EXPECT_GT(before, 0U);
    constexpr std::size_t kSize = 64U << 20;
    void* block = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(block, MAP_FAILED);
    std::memset(block, 1, kSize);
    EXPECT_GE(memory.bytes(), before + kSize - (8U << 20));
    ::munmap(block, kSize);
}

}  // namespace
}  // namespace smew::worker
