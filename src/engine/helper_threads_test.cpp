#include "engine/helper_threads.hpp"

#include "engine/duckdb_instance.hpp"
#include "engine/engine_test_support.hpp"
#include "engine/plan_size.hpp"

#include <duckdb.hpp>
#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class HelperThreadsTest : public ::testing::Test {
protected:
    std::unique_ptr<duckdb::DuckDB> database =
        open_duckdb({.database_file = ":memory:", .threads = 4, .own_threads = true}).value();
    HelperThreads helpers{*database->instance, 3};
    duckdb::Connection connection{*database};

    std::string sum() {
        auto result = connection.Query("SELECT sum(i) FROM big");
        return result->HasError() ? result->GetError() : result->GetValue(0, 0).ToString();
    }
};

TEST_F(HelperThreadsTest, StatementsEndWithAndWithoutHelp) {
    ASSERT_FALSE(connection.Query("CREATE TABLE big AS SELECT i FROM range(1000000) t(i)")->HasError());
    EXPECT_EQ(sum(), "499999500000");
    for (int i = 0; i < 50; ++i) {
        HelperThreads::Help one(*connection.context);
        HelperThreads::Help other(helpers);
        EXPECT_EQ(sum(), "499999500000");
        one.end();
        EXPECT_EQ(sum(), "499999500000");
    }
    EXPECT_EQ(sum(), "499999500000");
}

TEST_F(HelperThreadsTest, HelpMayMoveAndBeEmpty) {
    HelperThreads::Help help;
    help = HelperThreads::Help(helpers);
    HelperThreads::Help moved(std::move(help));
    help.end();
    moved.end();
    moved.end();
    duckdb::DuckDB other(nullptr);
    duckdb::Connection stranger(other);
    HelperThreads::Help none(*stranger.context);  // a database without helpers
}

TEST_F(HelperThreadsTest, OnlyLargeScansWantHelp) {
    ASSERT_FALSE(connection.Query("CREATE TABLE big AS SELECT i FROM range(1000000) t(i)")->HasError());
    ASSERT_FALSE(connection.Query("CREATE TABLE small AS SELECT i FROM range(1000) t(i)")->HasError());
    connection.BeginTransaction();
    const auto large = [&](const char* sql) { return is_large(*connection.context, *connection.Prepare(sql)->data); };
    EXPECT_TRUE(large("SELECT count(*) FROM big"));
    EXPECT_TRUE(large("SELECT * FROM small WHERE i IN (SELECT i FROM big)"));
    EXPECT_TRUE(large("SELECT * FROM range(10000000)"));
    EXPECT_FALSE(large("SELECT 1"));
    EXPECT_FALSE(large("SELECT count(*) FROM small"));
    EXPECT_FALSE(large("INSERT INTO small VALUES (1)"));
}

TEST(HelperThreadsInWorkspace, LargeAndSmallStatementsTakeTurns) {
    Workspace workspace;
    run(workspace.connection(), "CREATE TABLE big AS SELECT i FROM range(1000000) t(i)");
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(value(workspace.connection(), "SELECT count(*) FROM big WHERE i % 2 = 0"), "500000");
        EXPECT_EQ(value(workspace.connection(), "SELECT 1"), "1");
    }
}

}  // namespace
}  // namespace smew::engine::test
