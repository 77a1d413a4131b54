#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class PlanFactsTest : public ::testing::Test {
protected:
    PlanFactsTest() {
        run(db, "CREATE TABLE t (a INTEGER, b VARCHAR DEFAULT 'x', c TIMESTAMPTZ DEFAULT now())").value();
        run(db, "CREATE TABLE u (d INTEGER)").value();
        run(db, "CREATE VIEW v AS SELECT b, a FROM t").value();
        workspace.publish("in_c_sales", "orders", 7, "SELECT 1 AS id, 'n' AS name");
    }

    // "t.1 -" for a column of t and one that is none.
    std::string origins(std::string_view sql) {
        const auto prepared = prepare(db, sql);
        if (!prepared) return prepared.error().message;
        std::string text;
        for (const ResultColumn& column : (*prepared)->columns()) {
            if (!text.empty()) text += ' ';
            text += column.origin.table == 0
                        ? "-"
                        : name_of(column.origin.table) + "." + std::to_string(column.origin.column);
        }
        return text;
    }
    std::string name_of(std::uint32_t oid) {
        if (oid >= kFirstProjectTableOid) return "project";
        for (const char* name : {"t", "u"}) {
            const std::string sql =
                "SELECT table_oid FROM duckdb_tables() WHERE table_name = '" + std::string(name) + "'";
            if (std::to_string(oid - kFirstObjectOid) == value(db, sql)) return name;
        }
        return "?";
    }
    bool repeatable(std::string_view sql) { return prepare(db, sql).value()->repeatable(); }

    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(PlanFactsTest, TellsWhichTableAColumnIsOf) {
    EXPECT_EQ(origins("SELECT * FROM t"), "t.1 t.2 t.3");
    EXPECT_EQ(origins("SELECT b AS renamed, a + 1, a FROM t WHERE a > 1 ORDER BY b LIMIT 1"), "t.2 - t.1");
    EXPECT_EQ(origins("SELECT d, x.b FROM u JOIN t AS x ON x.a = d"), "u.1 t.2");
    EXPECT_EQ(origins("SELECT q.z FROM (SELECT b AS z FROM t) q"), "t.2");
    EXPECT_EQ(origins("WITH w AS (SELECT a FROM t) SELECT a FROM w"), "t.1");
    EXPECT_EQ(origins("SELECT a, count(*) FROM t GROUP BY a"), "t.1 -");
    EXPECT_EQ(origins("SELECT DISTINCT b FROM t"), "t.2");
    EXPECT_EQ(origins("SELECT a FROM t UNION ALL SELECT d FROM u"), "-");
    EXPECT_EQ(origins("SELECT 1, rowid FROM t"), "- -");
    EXPECT_EQ(origins("SELECT name, id FROM in_c_sales.orders"), "project.2 project.1");
    EXPECT_EQ(origins("SELECT 1"), "-");
    EXPECT_EQ(origins("SELECT a FROM v"), "-") << "the view's own columns are not known";
}

TEST_F(PlanFactsTest, TellsWhichChangesCanBeMadeAgain) {
    EXPECT_TRUE(repeatable("INSERT INTO t VALUES (1, 'x', now())"));
    EXPECT_TRUE(repeatable("INSERT INTO t (a) VALUES ($1)"));
    EXPECT_TRUE(repeatable("UPDATE t SET b = upper(b) WHERE a = 1"));
    EXPECT_TRUE(repeatable("DELETE FROM t WHERE a = $1"));
    EXPECT_TRUE(repeatable("CREATE TABLE w (a INTEGER DEFAULT random())"));
    EXPECT_TRUE(repeatable("ALTER TABLE t ADD COLUMN e INTEGER"));
    EXPECT_FALSE(repeatable("INSERT INTO u VALUES (random())"));
    EXPECT_FALSE(repeatable("INSERT INTO u SELECT a FROM t LIMIT 1"));
    EXPECT_FALSE(repeatable("INSERT INTO u SELECT id FROM in_c_sales.orders"));
    EXPECT_FALSE(repeatable("UPDATE t SET a = d FROM u"));
    EXPECT_FALSE(repeatable("CREATE TABLE w AS SELECT random() AS r"));
    run(db, "CREATE SEQUENCE s; CREATE TABLE n (a INTEGER DEFAULT nextval('s'), b INTEGER)").value();
    EXPECT_FALSE(repeatable("INSERT INTO n (b) VALUES (1)"));
    EXPECT_TRUE(repeatable("INSERT INTO n VALUES (1, 1)"));
}

TEST_F(PlanFactsTest, FailedReadsCanBeForgiven) {
    db.run_internal("BEGIN TRANSACTION").value();
    run(db, "INSERT INTO u VALUES (1)").value();
    EXPECT_TRUE(db.transaction_usable());
    EXPECT_EQ(code(db, "SELECT ('x' || d)::INTEGER FROM u"), "22P02");
    EXPECT_FALSE(db.transaction_usable());
    db.restore_after_read();
    EXPECT_TRUE(db.transaction_usable());
    EXPECT_EQ(value(db, "SELECT count(*) FROM u"), "1");
    db.run_internal("COMMIT").value();
    EXPECT_EQ(value(db, "SELECT count(*) FROM u"), "1");
}

TEST_F(PlanFactsTest, RestartedTransactionsKeepTheirTime) {
    db.run_internal("BEGIN TRANSACTION").value();
    run(db, "INSERT INTO u VALUES (1)").value();
    const std::string before = value(db, "SELECT now()");
    db.restart_transaction(false).value();
    EXPECT_TRUE(db.transaction_usable());
    EXPECT_EQ(value(db, "SELECT now()"), before);
    EXPECT_EQ(value(db, "SELECT count(*) FROM u"), "0");
    db.run_internal("ROLLBACK").value();
    EXPECT_FALSE(db.transaction_usable());
}

}  // namespace
}  // namespace smew::engine::test
