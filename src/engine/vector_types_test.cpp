#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class Vectors : public ::testing::Test {
protected:
    std::string value(std::string_view sql) { return test::value(workspace.connection(), sql); }
    Workspace workspace;
};

TEST_F(Vectors, ReadAndWriteNumbersWithBlanksBetween) {
    EXPECT_EQ(value("SELECT '1 22 -3'::int2vector::text"), "1 22 -3");
    EXPECT_EQ(value("SELECT ' 1  2 '::oidvector::text"), "1 2");
    EXPECT_EQ(value("SELECT ''::int2vector::text"), "");
    EXPECT_EQ(code(workspace.connection(), "SELECT '1 x'::int2vector"), "22P02");
    EXPECT_EQ(code(workspace.connection(), "SELECT '70000'::int2vector"), "22P02");
}

TEST_F(Vectors, HaveSubscriptsFromZero) {
    EXPECT_EQ(value("SELECT ('7 8'::int2vector)[0]"), "7");
    EXPECT_EQ(value("SELECT ('7 8'::int2vector)[1]"), "8");
    EXPECT_EQ(value("SELECT ('7 8'::oidvector)[2]"), "NULL");
    EXPECT_EQ(value("SELECT ('7 8'::int2vector)[-1]"), "NULL");
    EXPECT_EQ(value("SELECT array_lower('7 8'::int2vector, 1) || ' ' || array_upper('7 8'::oidvector, 1)"), "0 1");
    EXPECT_EQ(value("SELECT array_position('7 8'::int2vector, 8::int2)"), "1");
    EXPECT_EQ(value("SELECT string_agg(k::text, ' ') FROM (SELECT generate_subscripts('7 8'::int2vector, 1) AS k)"),
              "0 1");
}

TEST_F(Vectors, AreListsToFunctionsOfLists) {
    EXPECT_EQ(
        value("SELECT cardinality('7 8'::int2vector) + len('7'::oidvector) + array_length('7 8 9'::int2vector, 1)"),
        "6");
    EXPECT_EQ(value("SELECT 8 = ANY('7 8'::int2vector)"), "true");
    EXPECT_EQ(value("SELECT string_agg(n::text, ' ') FROM (SELECT unnest('7 8'::oidvector) AS n)"), "7 8");
    EXPECT_EQ(value("SELECT ('7 8'::int2vector::int[])[1]"), "7");
    EXPECT_EQ(value("SELECT ARRAY[7, 8]::oidvector::text"), "7 8");
    EXPECT_EQ(value("SELECT list_contains('7 8'::int2vector, 8::bigint)"), "true");
}

TEST_F(Vectors, LeaveListsAsTheyAre) {
    EXPECT_EQ(value("SELECT (ARRAY[7, 8]::int2[])[1]"), "7");
    EXPECT_EQ(value("SELECT array_position(ARRAY[7, 8]::bigint[], 8)"), "2");
    EXPECT_EQ(value("SELECT array_lower(ARRAY[7, 8]::int2[], 1)"), "1");
    EXPECT_EQ(value("SELECT ('abc')[2]"), "b");
}

TEST_F(Vectors, AreWhatTheCatalogsHold) {
    run(workspace.connection(), "CREATE TABLE t (a INTEGER, b INTEGER, PRIMARY KEY (b, a))").value();
    EXPECT_EQ(value("SELECT indkey[0] || ' ' || indkey[1] || ' ' || indkey::text FROM pg_index"), "2 1 2 1");
    EXPECT_EQ(value("SELECT conkey[1] || ' ' || conkey[2] FROM pg_constraint WHERE contype = 'p'"), "2 1");
    EXPECT_EQ(value("SELECT string_agg((k).n || ':' || (k).x, ' ') FROM "
                    "(SELECT information_schema._pg_expandarray(indkey) AS k FROM pg_index)"),
              "1:2 2:1");
}

}  // namespace
}  // namespace smew::engine::test
