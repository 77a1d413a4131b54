#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class IntegerSeries : public ::testing::Test {
protected:
    std::string value(std::string_view sql) { return test::value(workspace.connection(), sql); }
    std::string code(std::string_view sql) { return test::code(workspace.connection(), sql); }

    Workspace workspace;
};

// The OIDs of integer, bigint and their arrays.
TEST_F(IntegerSeries, IsOfTheArgumentsType) {
    EXPECT_EQ(value("SELECT pg_typeof(i)::oid FROM generate_series(1, 1) i"), "23");
    EXPECT_EQ(value("SELECT pg_typeof(i)::oid FROM generate_series(1, 1::bigint) i"), "20");
    EXPECT_EQ(value("SELECT pg_typeof(i)::oid FROM generate_series(1, 3000000000) i LIMIT 1"), "20");
    EXPECT_EQ(value("SELECT pg_typeof(generate_series(1, 1, 2))::oid"), "1007");
    workspace.connection().set_dialect(Dialect::kDuckDb);
    EXPECT_EQ(value("SELECT pg_typeof(i)::oid FROM generate_series(1, 1) t(i)"), "20");
    EXPECT_EQ(value("SELECT pg_typeof(generate_series(1, 1))::oid"), "1016");
}

TEST_F(IntegerSeries, GoesEitherWayUpToTheLastInteger) {
    const auto list = [&](const std::string& arguments) {
        return value("SELECT string_agg(i::text, ' ') FROM generate_series(" + arguments + ") i");
    };
    EXPECT_EQ(list("1, 4"), "1 2 3 4");
    EXPECT_EQ(list("5, -2, -3"), "5 2 -1");
    EXPECT_EQ(list("2147483646, 2147483647"), "2147483646 2147483647");
    EXPECT_EQ(list("-2147483647, -2147483648, -1"), "-2147483647 -2147483648");
    EXPECT_EQ(list("3, 1"), "NULL");
    EXPECT_EQ(value("SELECT count(*) || ' ' || sum(i) FROM generate_series(1, 100000) i"), "100000 5000050000");
    EXPECT_EQ(code("SELECT * FROM generate_series(1, 2, 0)"), "22023");
}

TEST_F(IntegerSeries, TakesEachRowsArguments) {
    EXPECT_EQ(value("SELECT string_agg(a || ':' || g, ' ' ORDER BY a, g) FROM (VALUES (1), (3), (NULL), (0)) t(a), "
                    "generate_series(1, t.a) g"),
              "1:1 3:1 3:2 3:3");
    EXPECT_EQ(
        value("SELECT string_agg(i::text, ' ' ORDER BY i) FROM (SELECT generate_series(a, a + 1) AS i FROM (VALUES "
              "(1), (NULL), (5)) t(a))"),
        "1 2 5 6");
}

}  // namespace
}  // namespace smew::engine::test
