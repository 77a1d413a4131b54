#include "link/record_frames.hpp"

#include <gtest/gtest.h>

#include <random>

namespace smew::link {
namespace {

QueryRecord record(std::uint64_t number, const std::string& query, const std::string& session = "sess_1") {
    QueryRecord made;
    made.session = SessionId(session);
    made.number = number;
    made.user = "ws_user";
    made.client_address = "10.0.0.1";
    made.application_name = "psql";
    made.started_at_us = 1'700'000'000'000'000 + static_cast<std::int64_t>(number) * 40;
    made.duration_us = number % 300;
    made.plan_us = number % 3;
    made.first_row_us = number % 5;
    made.queued_us = number % 7;
    made.rows_returned = number;
    made.rows_affected = number % 2;
    made.bytes_returned = number * 1000;
    made.sqlstate = sqlstate::kSuccess;
    made.command_tag = "SELECT 1";
    made.query = query;
    made.query_bytes = query.size();
    return made;
}

// Of equal records the encodings are equal.
std::vector<std::uint8_t> all_of(const QueryRecord& record) {
    std::vector<std::uint8_t> bytes;
    append_record(bytes, record);
    return bytes;
}

class RecordFramesTest : public ::testing::Test {
protected:
    std::size_t write(const QueryRecord& record) {
        const std::size_t before = bytes.size();
        writer.write(bytes, record);
        return bytes.size() - before;
    }
    // What has been written since the last time.
    std::vector<QueryRecord> read() {
        std::vector<QueryRecord> found;
        fresh.clear();
        EXPECT_TRUE(reader->read(bytes, [&](const QueryRecord& one, bool is_fresh) {
            found.push_back(one);
            fresh.push_back(is_fresh);
        }));
        bytes.clear();
        return found;
    }

    RecordWriter writer;
    std::unique_ptr<RecordReader> reader = std::make_unique<RecordReader>();
    std::vector<std::uint8_t> bytes;
    std::vector<bool> fresh;
};

TEST_F(RecordFramesTest, OfWhatRepeatsOnlyTheNumbersAreWritten) {
    const std::size_t first = write(record(1, "SELECT 1"));
    EXPECT_GT(first, 100U);
    EXPECT_LT(write(record(2, "SELECT 1")), 25U);
    write(record(5, "SELECT 1"));
    const auto records = read();
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(all_of(records[1]), all_of(record(2, "SELECT 1")));
    EXPECT_EQ(all_of(records[2]), all_of(record(5, "SELECT 1")));
    EXPECT_EQ(fresh, (std::vector<bool>{true, false, false}));
    EXPECT_LT(write(record(6, "SELECT 1")), 25U) << "also beyond what was read at once";
    EXPECT_EQ(all_of(read().at(0)), all_of(record(6, "SELECT 1")));
}

TEST_F(RecordFramesTest, WhateverDiffersIsWritten) {
    std::vector<QueryRecord> all;
    const auto differing = [&](auto change) {
        all.push_back(record(all.size() + 1, "SELECT 1"));
        all.push_back(record(all.size() + 1, "SELECT 1"));
        change(all.back());
    };
    differing([](QueryRecord& one) { one.session = SessionId("sess_2"); });
    differing([](QueryRecord& one) { one.application_name = ""; });
    differing([](QueryRecord& one) { one.status = QueryStatus::kTimeout; });
    differing([](QueryRecord& one) { one.sqlstate = sqlstate::kDiskFull; });
    differing([](QueryRecord& one) { one.error = "why"; });
    differing([](QueryRecord& one) { one.command_tag = "SELECT 2"; });
    differing([](QueryRecord& one) { one.query = "SELECT 2"; });
    differing([](QueryRecord& one) { one.query_bytes = 9; });
    differing([](QueryRecord& one) { one.traceparent = "00-1-2-01"; });
    differing([](QueryRecord& one) { one.slow = true; });
    differing([](QueryRecord& one) { one.plan = "{}"; });
    differing([](QueryRecord& one) { one.peak_memory_bytes = 1; });
    differing([](QueryRecord& one) { one.spilled_bytes = 1; });
    differing([](QueryRecord& one) { one.started_at_us -= 3'600'000'000; });  // the clock was set
    for (const QueryRecord& one : all) write(one);
    const auto found = read();
    ASSERT_EQ(found.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all_of(found[i]), all_of(all[i])) << i;
}

TEST_F(RecordFramesTest, AnyMixtureArrivesAsItWas) {
    std::mt19937 random(7);
    std::vector<QueryRecord> all;
    for (std::uint64_t i = 1; i < 20'000; ++i) {
        const std::string query = "SELECT " + std::to_string(random() % (i % 2 == 0 ? 5 : 2000));
        all.push_back(record(i, query, "sess_" + std::to_string(random() % 40)));
        if (random() % 50 == 0) all.back().query.resize(10'000, 'x');
        write(all.back());
        if (random() % 100 != 0) continue;
        const auto found = read();
        ASSERT_EQ(found.size(), all.size());
        for (std::size_t k = 0; k < all.size(); ++k) ASSERT_EQ(all_of(found[k]), all_of(all[k]));
        all.clear();
    }
}

TEST_F(RecordFramesTest, WhatWasTakenBackIsNotRepeated) {
    write(record(1, "SELECT 1"));
    bytes.clear();
    writer.take_back();
    write(record(2, "SELECT 1"));
    write(record(3, "SELECT 1"));
    bytes.resize(bytes.size());
    const auto found = read();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(all_of(found[1]), all_of(record(3, "SELECT 1")));
    const std::size_t before = bytes.size();
    write(record(4, "SELECT 1"));
    bytes.resize(before);
    writer.take_back();
    write(record(5, "SELECT 1"));
    EXPECT_EQ(all_of(read().at(0)), all_of(record(5, "SELECT 1")));
}

TEST_F(RecordFramesTest, UnderAnotherNumberTheyComeAsTheWorkerReportedThem) {
    reader->valid_for(1);
    write(record(1, "SELECT 'secret'"));
    ASSERT_TRUE(reader->read(bytes, [](QueryRecord& one, bool) { one.query = "SELECT ?"; }));
    bytes.clear();
    write(record(2, "SELECT 'secret'"));
    EXPECT_EQ(read().at(0).query, "SELECT ?");
    reader->valid_for(2);
    write(record(3, "SELECT 'secret'"));
    write(record(4, "SELECT 'secret'"));
    const auto found = read();
    EXPECT_EQ(fresh, (std::vector<bool>{true, false}));
    EXPECT_EQ(all_of(found.at(0)), all_of(record(3, "SELECT 'secret'")));
    EXPECT_EQ(found.at(1).number, 4U);
}

TEST_F(RecordFramesTest, WhatAStrangerWroteIsRefused) {
    const auto understood = [](const std::vector<std::uint8_t>& stranger) {
        return RecordReader().read(stranger, [](QueryRecord&, bool) {});
    };
    for (int i = 1; i < 4; ++i) write(record(static_cast<std::uint64_t>(i), "SELECT 1"));
    EXPECT_TRUE(understood(bytes));
    std::size_t whole = 0;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        whole += understood({bytes.data(), bytes.data() + cut}) ? 1 : 0;
    EXPECT_EQ(whole, 3U) << "nothing, one record, two";
    EXPECT_FALSE(understood({0x03, 1, 1, 1, 1, 1, 1, 1, 1, 1})) << "a record that was never there";
    EXPECT_FALSE(understood({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}));
    std::mt19937 random(3);
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::uint8_t> noise = bytes;
        for (int k = 0; k < 3; ++k) noise[random() % noise.size()] = static_cast<std::uint8_t>(random());
        understood(noise);  // whatever it says of it
    }
}

}  // namespace
}  // namespace smew::link
