#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class PlainLimit : public ::testing::Test {
protected:
    PlainLimit() {
        EXPECT_TRUE(run(db, "CREATE TABLE t AS SELECT i, 'note ' || i AS note, i % 7 AS part FROM range(300000) r(i)"));
        EXPECT_TRUE(run(db, "CREATE VIEW v AS SELECT note, i FROM t WHERE part < 6"));
    }
    bool joins_row_ids(const std::string& sql) {
        std::string plan;
        const auto rows = run(db, "EXPLAIN " + sql);
        EXPECT_TRUE(rows) << sql;
        if (rows) {
            for (const Row& row : *rows) plan += row.back();
        }
        return plan.find("rowid") != std::string::npos;
    }

    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(PlainLimit, IsAScanThatStops) {
    for (const char* sql :
         {"SELECT * FROM t LIMIT 10", "SELECT * FROM t LIMIT 1000", "SELECT * FROM t LIMIT 200000",
          "SELECT note FROM t WHERE part = 3 LIMIT 1000", "SELECT * FROM v LIMIT 1000",
          "SELECT count(*) FROM (SELECT * FROM t LIMIT 1000) s", "CREATE TABLE copied AS SELECT * FROM t LIMIT 1000"}) {
        EXPECT_FALSE(joins_row_ids(sql)) << sql;
    }
}

// Where DuckDB's way round pays it is left alone. Should an update of DuckDB drop it, this file has no use any more.
TEST_F(PlainLimit, OfSortedRowsIsLeftToDuckDB) {
    EXPECT_TRUE(joins_row_ids("SELECT * FROM t ORDER BY part LIMIT 10"));
}

TEST_F(PlainLimit, GivesTheFirstRowsInTheirOrder) {
    EXPECT_EQ(value(db, "SELECT sum(i)::bigint FROM (SELECT * FROM t LIMIT 1000) s"), "499500");
    EXPECT_EQ(value(db, "SELECT count(*) FROM (SELECT * FROM t LIMIT 290000) s"), "290000");
    EXPECT_EQ(value(db, "SELECT string_agg(i::text, ',') FROM (SELECT i FROM t WHERE part = 6 LIMIT 3) s"), "6,13,20");
    EXPECT_EQ(value(db, "SELECT min(i) FROM (SELECT * FROM t LIMIT 10 OFFSET 250000) s"), "250000");
    EXPECT_EQ(value(db, "SELECT count(*) FROM (SELECT * FROM t LIMIT 0) s"), "0");
}

}  // namespace
}  // namespace smew::engine::test
