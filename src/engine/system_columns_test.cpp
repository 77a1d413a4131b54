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
    for (const char* sql : {"SELECT xmin FROM t", "SELECT t.tableoid FROM t", "SELECT t.xmin FROM t, pg_class",
                            "SELECT xmin FROM pg_class, t"}) {
        EXPECT_EQ(code(db, sql), "0A000") << sql;
    }
    EXPECT_EQ(code(db, "SELECT ctid FROM pg_class"), "0A000");
}

TEST(SystemColumns, CtidIsTheRowsNumberAsABlockAndAPlace) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TABLE t AS SELECT i FROM range(40000) r(i)").value();
    EXPECT_EQ(value(db, "SELECT ctid::text FROM t WHERE i = 0"), "(0,1)");
    EXPECT_EQ(value(db, "SELECT public.t.ctid::text FROM public.t WHERE i = 32767"), "(1,1)");
    EXPECT_EQ(value(db, "SELECT i FROM t WHERE ctid = '(1,3)'"), "32769");
    EXPECT_EQ(value(db, "SELECT count(*) FROM t WHERE ctid BETWEEN '(0,0)'::tid AND '(1,0)'::tid"), "32767");
    EXPECT_EQ(value(db, "SELECT count(*) FROM t WHERE ctid IN ('(0,7)'::tid, '(1,1)'::tid, '(9,9)'::tid)"), "2");
    EXPECT_EQ(value(db, "SELECT x.i FROM t x JOIN t y ON x.ctid = y.ctid WHERE y.i = 5"), "5");
    EXPECT_EQ(code(db, "SELECT '(1'::tid"), "22P02");
}

TEST(SystemColumns, RowsAreChangedByTheirCtid) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TABLE t AS SELECT i, 'old' AS s FROM range(4) r(i); BEGIN; INSERT INTO t VALUES (4, 'new')")
        .value();
    run(db, "UPDATE t SET s = 'changed' WHERE ctid = (SELECT ctid FROM t WHERE i = 4)").value();
    run(db, "UPDATE t SET s = f.s FROM (VALUES ('(0,2)', 'from')) f(id, s) WHERE t.ctid = f.id::tid").value();
    run(db, "DELETE FROM t WHERE ctid = '(0,1)'; COMMIT").value();
    EXPECT_EQ(value(db, "SELECT string_agg(i || ' ' || s, ', ' ORDER BY i) FROM t"), "1 from, 2 old, 3 old, 4 changed");
}

TEST(SystemColumns, CtidIsOfTablesAlone) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TABLE t (i INTEGER); CREATE VIEW v AS SELECT i FROM t; CREATE TABLE u (ctid INTEGER)").value();
    run(db, "INSERT INTO u VALUES (7)").value();
    for (const char* sql : {"SELECT ctid FROM v", "SELECT ctid FROM (SELECT * FROM t) s", "SELECT ctid FROM range(3)"})
        EXPECT_EQ(code(db, sql), "0A000") << sql;
    EXPECT_EQ(value(db, "SELECT ctid FROM u"), "7");
}

TEST(SystemColumns, AUsersColumnOfThatNameStaysHis) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TABLE t (xmin INTEGER, tableoid INTEGER); INSERT INTO t VALUES (7, 8)").value();
    EXPECT_EQ(value(db, "SELECT xmin + t.tableoid FROM t"), "15");
}

}  // namespace
}  // namespace smew::engine::test
