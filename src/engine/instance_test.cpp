#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <malloc.h>
#include <thread>

namespace smew::engine::test {
namespace {

TEST(InstanceTest, KeepsWhatWasCommitted) {
    const Workspace scope;
    InstanceOptions options;
    options.database_file = scope.directory() / "kept.duckdb";
    options.temp_dir = scope.directory() / "temp";
    options.memory_limit = {64U << 20};
    FakeProject project;
    FixedFacts facts;
    {
        auto instance = Instance::open(options, project).value();
        run(*instance->connect(facts).value(), "CREATE TABLE t AS SELECT 42 AS x").value();
        ASSERT_TRUE(instance->checkpoint());
    }
    auto instance = Instance::open(options, project).value();
    EXPECT_EQ(value(*instance->connect(facts).value(), "SELECT x FROM t"), "42");
}

TEST(InstanceTest, RefusesWhatIsNoDatabase) {
    const Workspace scope;
    InstanceOptions options;
    options.database_file = scope.directory() / "broken.duckdb";
    std::ofstream(options.database_file) << std::string(8192, 'x');
    FakeProject project;
    const auto instance = Instance::open(options, project);
    ASSERT_FALSE(instance);
    EXPECT_EQ((instance.error().message + instance.error().detail).find(scope.directory()), std::string::npos)
        << instance.error().message;
}

TEST(InstanceTest, LimitsMemory) {
    Workspace workspace("limited.duckdb", {32U << 20});
    EXPECT_EQ(code(workspace.connection(), "SELECT len(max(l)) FROM (SELECT list(i) AS l FROM range(20000000) r(i))"),
              "53200");
    ASSERT_TRUE(workspace.instance().set_memory_limit({1U << 30}));
    EXPECT_EQ(code(workspace.connection(), "SELECT len(max(l)) FROM (SELECT list(i) AS l FROM range(20000000) r(i))"),
              "00000");
    EXPECT_FALSE(workspace.instance().broken());
}

// Joins and aggregations leave behind what DuckDB remembers of their buffers; temporary tables stay what they are.
TEST(InstanceTest, GivesBackTheMemoryOfBuffersThatAreGone) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TEMP TABLE kept AS SELECT i, 'value ' || i AS n FROM range(100000) r(i)").value();
    const auto work = [&db] { return value(db, "SELECT count(*) FROM (SELECT i % 7, max(n) FROM kept GROUP BY 1)"); };
    EXPECT_EQ(work(), "7");
    const std::size_t before = ::mallinfo2().uordblks;
    for (int i = 0; i < 500; ++i) work();
    const std::size_t grown = ::mallinfo2().uordblks - before;
    workspace.instance().give_memory_back();
    const std::size_t left = ::mallinfo2().uordblks - before;
    EXPECT_GT(grown, 1U << 18) << "DuckDB frees it by itself now: forget_dead_buffers() can go";
    EXPECT_LT(left, grown / 2);
    EXPECT_EQ(value(db, "SELECT count(DISTINCT n) FROM kept"), "100000");
}

TEST(InstanceTest, ConnectionsWorkSideBySide) {
    Workspace workspace;
    workspace.publish("in_c_sales", "orders", 1, "SELECT i AS id FROM range(1000) t(i)");
    std::vector<std::jthread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            auto connection = workspace.connect();
            for (int i = 0; i < 50; ++i) {
                if (value(*connection, "SELECT count(*) FROM in_c_sales.orders") != "1000") ++wrong;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(wrong, 0);
}

TEST(ConnectionSettings, TimeZoneBelongsToTheSession) {
    Workspace workspace;
    Connection& db = workspace.connection();
    ASSERT_TRUE(db.set_time_zone("Asia/Tokyo"));
    EXPECT_EQ(value(db, "SELECT hour('2020-01-01 00:00:00+00'::TIMESTAMPTZ)"), "9");
    auto prepared = prepare(db, "SELECT hour('2020-01-01 00:00:00+00'::TIMESTAMPTZ)").value();
    ASSERT_TRUE(db.set_time_zone("UTC"));
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "0");
    EXPECT_EQ(db.set_time_zone("Mars/Olympus").error().code, sqlstate::kInvalidParameterValue);
    ASSERT_TRUE(db.set_time_zone("Asia/Tokyo"));
    EXPECT_EQ(value(*workspace.connect(), "SELECT hour('2020-01-01 00:00:00+00'::TIMESTAMPTZ)"), "0");
}

TEST(ConnectionSettings, TransactionsOfTheSession) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_FALSE(db.in_transaction());
    db.run_internal("BEGIN").value();
    EXPECT_TRUE(db.in_transaction());
    run(db, "CREATE TABLE t (i INT)").value();
    db.run_internal("ROLLBACK").value();
    EXPECT_FALSE(db.in_transaction());
    EXPECT_EQ(code(db, "SELECT * FROM t"), "42P01");
    EXPECT_EQ(db.run_internal("COMMIT").error().code, sqlstate::kNoActiveTransaction);
    EXPECT_EQ(value(db, "BEGIN"), "0");
    EXPECT_TRUE(db.in_transaction());
    EXPECT_EQ(value(db, "COMMIT"), "0");
}

}  // namespace
}  // namespace smew::engine::test
