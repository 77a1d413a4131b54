#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

TEST(SystemColumns, OfTheCatalogsAreTheirOidAndATransaction) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_EQ(value(db, "SELECT tableoid FROM pg_class LIMIT 1"), "1259");
    EXPECT_EQ(value(db, "SELECT DISTINCT n.tableoid::regclass::text FROM pg_catalog.pg_namespace n"), "pg_namespace");
    EXPECT_EQ(value(db,
                    "SELECT count(*) FROM pg_class c LEFT JOIN pg_description d ON d.objoid = c.oid AND "
                    "d.classoid = c.tableoid WHERE c.oid = 1259"),
              "1");
    EXPECT_EQ(value(db, "SELECT c.xmin::text::bigint > 0 AND age(c.xmin) = 0 FROM pg_class c LIMIT 1"), "true");
    EXPECT_EQ(value(db, "SELECT N.xmin FROM pg_namespace N ORDER BY N.xmin LIMIT 0"), "");
}

TEST(SystemColumns, AreOfTheQueryTheyStandIn) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_EQ(value(db,
                    "SELECT string_agg(DISTINCT x::text, ' ' ORDER BY x::text) FROM (SELECT t.tableoid AS x FROM "
                    "pg_class t UNION ALL SELECT t.tableoid FROM pg_type t)"),
              "1247 1259");
    EXPECT_EQ(value(db, "SELECT (SELECT c.tableoid FROM pg_am LIMIT 1) FROM pg_class c LIMIT 1"), "1259");
    EXPECT_EQ(value(db, "WITH q AS (SELECT oid, tableoid FROM pg_namespace) SELECT DISTINCT q.tableoid FROM q"),
              "2615");
}

TEST(SystemColumns, OfTablesAreRefused) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TABLE t (i INTEGER)").value();
    for (const char* sql : {"SELECT xmin FROM t", "SELECT t.tableoid FROM t", "SELECT ctid FROM t",
                            "SELECT t.xmin FROM t, pg_class", "SELECT xmin FROM pg_class, t"}) {
        EXPECT_EQ(code(db, sql), "0A000") << sql;
    }
    EXPECT_EQ(code(db, "SELECT ctid FROM pg_class"), "0A000");
}

TEST(SystemColumns, AUsersColumnOfThatNameStaysHis) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TABLE t (xmin INTEGER, tableoid INTEGER); INSERT INTO t VALUES (7, 8)").value();
    EXPECT_EQ(value(db, "SELECT xmin + t.tableoid FROM t"), "15");
}

}  // namespace
}  // namespace smew::engine::test
