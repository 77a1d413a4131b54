#include "fleet/memory_shares.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace smew::fleet {
namespace {

constexpr std::uint64_t kGiga = 1'000'000'000, kMega = 1'000'000;

using Claims = std::vector<MemoryClaim>;
using Shares = std::vector<std::uint64_t>;

std::uint64_t sum(const Shares& shares) {
    return std::accumulate(shares.begin(), shares.end(), std::uint64_t{0});
}

TEST(MemoryShares, EveryoneGetsTheLimitWhenThereIsEnough) {
    EXPECT_EQ(divide_memory(10 * kGiga, Claims{{.wanted = 4 * kGiga}, {.wanted = 4 * kGiga}}),
              (Shares{4 * kGiga, 4 * kGiga}));
    EXPECT_TRUE(divide_memory(kGiga, Claims{}).empty());
}

TEST(MemoryShares, SmallWishesAreMetAndTheRestIsShared) {
    EXPECT_EQ(divide_memory(10 * kGiga, Claims{{.wanted = 8 * kGiga}, {.wanted = 1 * kGiga}, {.wanted = 9 * kGiga}}),
              (Shares{4'500 * kMega, 1 * kGiga, 4'500 * kMega}));
}

TEST(MemoryShares, LoadJobsKeepWhatTheyHave) {
    EXPECT_EQ(divide_memory(5 * kGiga, Claims{{.wanted = 2 * kGiga, .fixed = true}, {.wanted = 4 * kGiga}}),
              (Shares{2 * kGiga, 3 * kGiga}));
}

TEST(MemoryShares, TheQuietLendToTheHungry) {
    const Shares shares = divide_memory(8 * kGiga, Claims{{.wanted = 4 * kGiga, .used = 10 * kMega},
                                                          {.wanted = 4 * kGiga, .used = 1600 * kMega},
                                                          {.wanted = 4 * kGiga, .used = 10 * kMega},
                                                          {.wanted = 4 * kGiga, .used = 1900 * kMega, .hungry = true}});
    EXPECT_EQ(shares[0], 500 * kMega);    // a quarter of its 2 GB
    EXPECT_EQ(shares[1], 2'000 * kMega);  // what it uses, and a quarter more
    EXPECT_EQ(shares[3], 4 * kGiga);
    EXPECT_LE(sum(shares), 8 * kGiga);
}

TEST(MemoryShares, TheHungryShareAmongThemselves) {
    const Claims claims(4, {.wanted = 4 * kGiga, .used = 2 * kGiga, .hungry = true});
    EXPECT_EQ(divide_memory(8 * kGiga, claims), Shares(4, 2 * kGiga));
}

TEST(MemoryShares, NeverMoreThanThereIsWhileEachCanHaveTheLeast) {
    for (std::size_t count = 1; count <= 100; ++count) {
        for (const std::size_t hungry : {std::size_t{0}, count / 3, count}) {
            Claims claims(count);
            for (std::size_t i = 0; i < count; ++i) {
                claims[i] = {.wanted = (1 + i % 7) * 300 * kMega, .used = 20 * kMega, .hungry = i < hungry};
            }
            const std::uint64_t total = count * kLeastMemory + 500 * kMega;
            const Shares shares = divide_memory(total, claims);
            EXPECT_LE(sum(shares), total) << count << " " << hungry;
            for (std::size_t i = 0; i < count; ++i) {
                EXPECT_GE(shares[i], kLeastMemory);
                EXPECT_LE(shares[i], claims[i].wanted);
            }
        }
    }
}

TEST(MemoryShares, ASmallLimitIsNotRaisedToTheLeast) {
    EXPECT_EQ(divide_memory(kGiga, Claims{{.wanted = 10 * kMega}}), Shares{10 * kMega});
}

}  // namespace
}  // namespace smew::fleet
