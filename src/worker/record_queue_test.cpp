#include "worker/record_queue.hpp"

#include <gtest/gtest.h>

namespace smew::worker {
namespace {

class RecordQueueTest : public ::testing::Test {
protected:
    // The records that wait.
    std::vector<link::QueryRecord> next() {
        std::vector<link::QueryRecord> records;
        const link::RecordRing::Taken taken = ring.take();
        dropped = taken.dropped;
        EXPECT_TRUE(reader->read(as_bytes(taken.bytes),
                                 [&](const link::QueryRecord& record, bool) { records.push_back(record); }));
        return records;
    }
    bool called() {
        const auto received = gateway.try_receive();
        return received && *received && std::holds_alternative<link::RecordsWaiting>((*received)->message);
    }

    std::pair<UniqueFd, UniqueFd> ends = link::make_socket_pair().value();
    link::Channel gateway{std::move(ends.first)};
    link::Channel channel{std::move(ends.second)};
    link::RecordRing ring = link::RecordRing::create().value();
    std::unique_ptr<link::RecordReader> reader = std::make_unique<link::RecordReader>();
    std::uint64_t dropped = 0;
    RecordQueue queue{channel, link::RecordRing::map(ring.fd()).value()};
};

TEST_F(RecordQueueTest, WhatWasPutIsThereAtOnce) {
    queue.put({.number = 1, .query = "select 1"});
    queue.put({.number = 2, .query = "select 2"});
    const auto records = next();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].query, "select 1");
    EXPECT_EQ(records[1].number, 2U);
    EXPECT_FALSE(called()) << "of so little";
}

TEST_F(RecordQueueTest, TheGatewayIsCalledOnceForMuch) {
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 30; ++i) queue.put({.query = std::string(10'000, static_cast<char>('a' + i % 26))});
        EXPECT_TRUE(called());
        EXPECT_FALSE(called());
        EXPECT_EQ(next().size(), 30U);
    }
}

TEST_F(RecordQueueTest, AGatewayThatDoesNotReadCostsRecordsAndNothingElse) {
    link::QueryRecord large{.query = std::string(1U << 20, 'x')};
    std::uint64_t put = 0, arrived = 0, lost = 0;
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 20; ++i) {
            large.number = ++put;
            queue.put(large);
            queue.put({.number = ++put, .query = "select 1"});
        }
        const auto records = next();
        arrived += records.size();
        lost += dropped;
        // None is taken for another one.
        for (const auto& record : records) EXPECT_EQ(record.query.size() > 100, record.number % 2 == 1);
    }
    EXPECT_EQ(arrived + lost, put);
    EXPECT_GT(lost, 20U);
}

TEST_F(RecordQueueTest, WithoutMemoryForThemNothingIsRecorded) {
    RecordQueue none(channel, std::nullopt);
    none.put({.query = "select 1"});
    EXPECT_FALSE(called());
}

}  // namespace
}  // namespace smew::worker
