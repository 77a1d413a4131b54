#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class SumAggregates : public ::testing::Test {
protected:
    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(SumAggregates, IntegersGiveABigintAsInPostgres) {
    EXPECT_EQ(value(db, "SELECT typeof(sum(i::INTEGER)) FROM range(3) t(i)"), "BIGINT");
    EXPECT_EQ(value(db, "SELECT typeof(sum(i::SMALLINT)) FROM range(3) t(i)"), "BIGINT");
    EXPECT_EQ(value(db, "SELECT typeof(sum(i)) FROM range(3) t(i)"), "HUGEINT");
    EXPECT_EQ(value(db, "SELECT sum(i::INTEGER) FROM range(100000) t(i)"), "4999950000");
    EXPECT_EQ(value(db, "SELECT sum(NULL::INTEGER) FROM range(3)"), "NULL");
    EXPECT_EQ(value(db, "SELECT sum(i::INTEGER) FROM range(0) t(i)"), "NULL");
}

// DuckDB's optimizer knows sum() and moves constants out of it; the window operator asks for parts of it.
TEST_F(SumAggregates, RewritesAndWindowsOfTheOptimizerHold) {
    EXPECT_EQ(value(db, "SELECT sum(i::INTEGER + 5) + sum(7 - i::INTEGER) FROM range(1000) t(i)"), "12000");
    EXPECT_EQ(value(db, "SELECT sum(2) FROM range(1000)"), "2000");
    EXPECT_EQ(value(db,
                    "SELECT max(s) FROM (SELECT sum(i::INTEGER) OVER (ORDER BY i ROWS 2 PRECEDING) AS s FROM "
                    "range(1000) t(i))"),
              "2994");
    EXPECT_EQ(value(db, "SELECT sum(DISTINCT (i % 10)::INTEGER) FROM range(1000) t(i)"), "45");
}

TEST_F(SumAggregates, TooMuchIsOutOfRange) {
    run(db, "CREATE TABLE big AS SELECT 2147483647::INTEGER AS i").value();
    EXPECT_EQ(value(db, "SELECT sum(i) FROM big, range(3000000)"), "6442450941000000");
    EXPECT_EQ(code(db, "SELECT sum('100000000 years'::INTERVAL) FROM range(3)"), "22003");
}

TEST_F(SumAggregates, IntervalsAddUp) {
    EXPECT_EQ(value(db,
                    "SELECT sum(x) = INTERVAL '3 days 01:00:00' FROM (VALUES (INTERVAL '1 day'), "
                    "(INTERVAL '2 days 01:00:00'), (NULL)) t(x)"),
              "true");
}

}  // namespace
}  // namespace smew::engine::test
