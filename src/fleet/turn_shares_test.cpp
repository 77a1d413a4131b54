#include "fleet/turn_shares.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace smew::fleet {
namespace {

using Shares = std::vector<std::uint32_t>;

TEST(TurnShares, GiveEverybodyWhatIsWantedWhenThereIsEnough) {
    EXPECT_EQ(divide_turns(40, std::vector<TurnClaim>{{16, 0}, {16, 9}, {8, 8}}), (Shares{16, 16, 8}));
    EXPECT_EQ(divide_turns(UINT32_MAX, std::vector<TurnClaim>{{1000, 1}}), (Shares{1000}));
}

TEST(TurnShares, OneForEachThatNeedsSomethingComesFirstInTheOrderGiven) {
    EXPECT_EQ(divide_turns(2, std::vector<TurnClaim>{{16, 5}, {16, 1}, {16, 1}}), (Shares{1, 1, 0}));
    EXPECT_EQ(divide_turns(3, std::vector<TurnClaim>{{16, 0}, {16, 5}, {16, 1}}), (Shares{0, 2, 1}));
}

TEST(TurnShares, WhatIsLeftIsSpreadEvenly) {
    EXPECT_EQ(divide_turns(10, std::vector<TurnClaim>{{16, 1}, {16, 0}, {2, 0}}), (Shares{4, 4, 2}));
}

TEST(TurnShares, NeverExceedTheTotalOrWhatIsWanted) {
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::vector<TurnClaim> claims(random() % 12);
        for (TurnClaim& claim : claims)
            claim = {static_cast<std::uint32_t>(random() % 20), static_cast<std::uint32_t>(random() % 20)};
        const auto total = static_cast<std::uint32_t>(random() % 60);
        const Shares shares = divide_turns(total, claims);
        std::uint32_t wanted = 0;
        for (std::size_t i = 0; i < claims.size(); ++i) {
            ASSERT_LE(shares[i], claims[i].wanted);
            wanted += claims[i].wanted;
        }
        ASSERT_EQ(std::accumulate(shares.begin(), shares.end(), 0U), std::min(total, wanted));
    }
}

}  // namespace
}  // namespace smew::fleet
