#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class ResultNames : public ::testing::Test {
protected:
    std::string names(std::string_view sql) {
        auto prepared = prepare(db, sql);
        if (!prepared) return prepared.error().message;
        std::string out;
        for (const ResultColumn& column : (*prepared)->columns()) out += (out.empty() ? "" : ",") + column.name;
        return out;
    }
    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(ResultNames, UnnamedColumnsAreCalledAsPostgresCallsThem) {
    EXPECT_EQ(names("SELECT 1 + 2, count(*), 'x'::text, upper('x'), NULL IS NULL"),
              "?column?,count,text,upper,?column?");
    EXPECT_EQ(names("SELECT extract(year FROM d), date_part('year', d) FROM (SELECT DATE '2024-01-01' AS d) t"),
              "extract,date_part");
    EXPECT_EQ(names("SELECT 'x'::varchar(3), CAST('x' AS character varying), 'x'::char(2), CAST('x' AS text)"),
              "varchar,varchar,bpchar,text");
    EXPECT_EQ(names("SELECT CASE WHEN a THEN 1 END, CASE WHEN a THEN 1 ELSE b END FROM (SELECT true AS a, 2 AS b) t"),
              "case,b");
    EXPECT_EQ(names("SELECT ARRAY[1], (ARRAY[1])[1], (SELECT max(1)), EXISTS (SELECT 1)"),
              "array,array,max,exists");
    EXPECT_EQ(names("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM (SELECT 1 AS x) t"), "percentile_cont");
    EXPECT_EQ(names("SELECT $1, $1::int + 1, $2::date"), "?column?,?column?,date");
}

TEST_F(ResultNames, SubqueriesAndTablesHaveThemToo) {
    EXPECT_EQ(names("SELECT * FROM (SELECT 1, 2, max(3)) s"), "?column?,?column?,max");
    EXPECT_EQ(names("SELECT max + 1 AS more FROM (SELECT max(3)) s"), "more");
    EXPECT_EQ(names("SELECT count(*) FROM range(3) GROUP BY range % 2 ORDER BY count"), "count");
    EXPECT_EQ(names("WITH t(x) AS (SELECT 1, 2) SELECT * FROM t"), "x,?column?");
    EXPECT_EQ(names("SELECT * FROM (VALUES (1, 2)) t"), "column1,column2");
    run(db, "CREATE TABLE made AS SELECT count(*), upper('x')").value();
    EXPECT_EQ(names("SELECT * FROM made"), "count,upper");
    EXPECT_EQ(names("INSERT INTO made VALUES (1, 'x') RETURNING count + 1, lower(upper)"), "?column?,lower");
}

TEST_F(ResultNames, WhatStandsForSeveralColumnsKeepsTheirNames) {
    EXPECT_EQ(names("SELECT max(COLUMNS(*)) FROM (VALUES (1, 2)) t(a, b)"), "a,b");
    EXPECT_EQ(names("SELECT unnest({'a': 1, 'b': 2})"), "a,b");
    EXPECT_EQ(names("SELECT 1 AS x, 2 UNION BY NAME SELECT 3"), "x,2,3");
}

}  // namespace
}  // namespace smew::engine::test
