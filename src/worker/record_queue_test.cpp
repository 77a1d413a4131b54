#include "worker/record_queue.hpp"

#include <gtest/gtest.h>

namespace smew::worker {
namespace {

class RecordQueueTest : public ::testing::Test {
protected:
    // The records of the next message.
    std::vector<link::QueryRecord> next() {
        auto received = gateway.receive();
        if (!received || !*received) return {};
        last = std::get<link::QueryRecords>((*received)->message);
        return link::read_records(as_bytes(last.records)).value();
    }

    std::pair<UniqueFd, UniqueFd> ends = link::make_socket_pair().value();
    link::Channel gateway{std::move(ends.first)};
    link::Channel channel{std::move(ends.second)};
    link::QueryRecords last;
};

TEST_F(RecordQueueTest, SendsOnItsOwnWhatLittleThereIs) {
    RecordQueue queue(channel);
    queue.put({.number = 1, .query = "select 1"});
    queue.put({.number = 2, .query = "select 2"});
    const auto records = next();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].query, "select 1");
    EXPECT_EQ(records[1].number, 2U);
}

TEST_F(RecordQueueTest, FlushSendsAtOnceAndNothingWhenThereIsNothing) {
    RecordQueue queue(channel);
    queue.flush();
    queue.put({.number = 7});
    queue.flush();
    const auto records = next();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].number, 7U);
}

TEST_F(RecordQueueTest, AGatewayThatDoesNotReadCostsRecordsAndNoTime) {
    RecordQueue queue(channel);
    const link::QueryRecord large{.query = std::string(1U << 20, 'x')};
    std::uint64_t put = 0;
    // The socket takes some hundred kilobytes, the queue 8 MiB.
    const auto before = std::chrono::steady_clock::now();
    for (; put < 40; ++put) queue.put(large);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
    std::uint64_t arrived = 0, dropped = 0;
    while (arrived + dropped < put) {
        arrived += next().size();
        dropped += last.dropped;
    }
    EXPECT_EQ(arrived + dropped, put);
    EXPECT_GT(dropped, 0U);
}

}  // namespace
}  // namespace smew::worker
