#include "http/websocket/statement_text.hpp"

#include <gtest/gtest.h>

namespace smew::http::websocket {
namespace {

TEST(StatementText, Sql) {
    for (const std::string_view text : {"SELECT 1",
                                        " -- c\n/* d */ select 1",
                                        "(select 1)",
                                        "WITH a AS (SELECT 1) SELECT * FROM a",
                                        "with a(x) as (select 1) table a",
                                        "insert into t values (1)",
                                        "update t set i = 1",
                                        "update s.t set i = 1",
                                        "delete from t",
                                        "values (1)",
                                        "create table t (i int)",
                                        "create or replace view v as select 1",
                                        "drop table t",
                                        "begin",
                                        "BEGIN;",
                                        "commit work",
                                        "end;",
                                        "set a = 1",
                                        "set a to 1",
                                        "set time zone 'UTC'",
                                        "show tables",
                                        "show search_path;",
                                        "show time zone",
                                        "explain select 1",
                                        "explain analyze select 1",
                                        "describe in_c_sales.orders",
                                        "table t",
                                        "from t",
                                        "from t select i",
                                        "truncate t",
                                        "comment on table t is 'x'",
                                        "reset all",
                                        "listen news",
                                        "call f()",
                                        "copy t to stdout",
                                        "prepare p as select 1",
                                        "execute p",
                                        "execute p(1)",
                                        "start transaction"}) {
        EXPECT_TRUE(looks_like_sql(text)) << text;
    }
}

TEST(StatementText, Sentences) {
    for (const std::string_view text : {"",
                                        "hello",
                                        "show me the orders of May",
                                        "with friends like these who needs data",
                                        "Create a report of sales",
                                        "drop me a line",
                                        "update me on sales",
                                        "delete the old customers",
                                        "insert coin",
                                        "explain the sales of May",
                                        "describe my tables please",
                                        "begin with the customers",
                                        "end of the month?",
                                        "set the scene",
                                        "from which country are most customers?",
                                        "values of all orders?",
                                        "How many orders are there?",
                                        "table of contents please",
                                        "copy that now please",
                                        "'quoted'",
                                        "123",
                                        "wie viele Kunden?"}) {
        EXPECT_FALSE(looks_like_sql(text)) << text;
    }
}

TEST(StatementText, OnlyReads) {
    for (const std::string_view text :
         {"SELECT 1", "select 1;", "WITH a AS (SELECT 1) SELECT * FROM a", "(SELECT 'delete')",
          "SELECT \"update\" FROM t", "TABLE t", "VALUES (1)", "SELECT 1 -- drop"}) {
        EXPECT_TRUE(only_reads(text)) << text;
    }
    for (const std::string_view text :
         {"", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE t", "DELETE FROM t",
          "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "SELECT * INTO u FROM t",
          "EXPLAIN ANALYZE DELETE FROM t", "SELECT 'open", "BEGIN", "CALL f()", "COPY t TO 'x'"}) {
        EXPECT_FALSE(only_reads(text)) << text;
    }
}

}  // namespace
}  // namespace smew::http::websocket
