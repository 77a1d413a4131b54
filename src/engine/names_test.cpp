#include "engine/engine_test_support.hpp"
#include "engine/sql_text.hpp"
#include "engine/version_files.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class Names : public ::testing::Test {
protected:
    Names() {
        workspace.publish("in_c_sales", "orders", 17, "SELECT i AS id, i * 10 AS amount FROM range(4) t(i)");
        workspace.publish("out_c_report", "orders", 18, "SELECT i AS id, 'r' || i AS label FROM range(2) t(i)");
        workspace.publish("in_c_sales", "customers", 19, "SELECT i AS id, 'c' || i AS name FROM range(3) t(i)");
    }
    void publish_next() {
        workspace.publish("in_c_sales", "orders", 27, "SELECT i AS id, i * 10 AS amount FROM range(9) t(i)");
    }

    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(Names, ResolvesInEveryPlaceATableCanStand) {
    run(db, "CREATE TABLE mine AS SELECT 1 AS id, 5 AS amount").value();
    for (const char* sql : {
             "SELECT count(*) FROM in_c_sales.orders",
             "SELECT count(*) FROM IN_C_SALES.Orders",
             "SELECT count(*) FROM \"in_c_sales\".\"orders\" AS o",
             "SELECT count(*) FROM in_c_sales_orders.data",
             "SELECT count(*) FROM (SELECT * FROM in_c_sales.orders) s",
             "WITH c AS (SELECT * FROM in_c_sales.orders) SELECT count(*) FROM c",
             "SELECT (SELECT count(*) FROM in_c_sales.orders)",
             "SELECT count(*) FROM workspace.in_c_sales.orders",
             "SELECT count(*) FROM in_c_sales.orders o JOIN in_c_sales.orders p USING (id)",
             "SELECT count(*) FROM in_c_sales.orders WHERE EXISTS (SELECT 1 FROM in_c_sales.customers)",
             "SELECT count(DISTINCT id) FROM (SELECT id FROM in_c_sales.orders UNION ALL SELECT id FROM "
             "in_c_sales.orders) u",
         }) {
        EXPECT_EQ(value(db, sql), "4") << sql;
    }
    EXPECT_EQ(value(db, "CREATE TABLE copied AS SELECT * FROM in_c_sales.orders"), "4");
    EXPECT_EQ(value(db, "INSERT INTO copied SELECT * FROM in_c_sales.orders"), "4");
    EXPECT_EQ(value(db, "UPDATE mine SET amount = o.amount FROM in_c_sales.orders o WHERE o.id = mine.id"), "1");
    EXPECT_EQ(value(db, "DELETE FROM copied USING in_c_sales.customers c WHERE c.id = copied.id"), "6");
    EXPECT_EQ(value(db, "SELECT amount FROM mine"), "10");
}

TEST_F(Names, BindsColumnsQualifiedBySchema) {
    EXPECT_EQ(value(db, "SELECT in_c_sales.orders.amount FROM in_c_sales.orders WHERE in_c_sales.orders.id = 2"), "20");
    EXPECT_EQ(value(db, "SELECT IN_C_SALES.ORDERS.amount FROM in_c_sales.orders ORDER BY in_c_sales.orders.id DESC"),
              "30");
    EXPECT_EQ(value(db, "SELECT in_c_sales_orders.data.amount FROM in_c_sales_orders.data WHERE id = 1"), "10");
    EXPECT_EQ(run(db, "SELECT 'äöü', in_c_sales.orders.* FROM in_c_sales.orders").value().at(1),
              (Row{"äöü", "1", "10"}));
    EXPECT_EQ(run(db, "SELECT in_c_sales.orders.* FROM in_c_sales.orders").value().at(1), (Row{"1", "10"}));
    EXPECT_EQ(run(db,
                  "SELECT in_c_sales.orders.amount, out_c_report.orders.label FROM in_c_sales.orders JOIN "
                  "out_c_report.orders "
                  "ON in_c_sales.orders.id = out_c_report.orders.id ORDER BY 1")
                  .value()
                  .at(1),
              (Row{"10", "r1"}));
}

TEST_F(Names, UnknownTablesAreUndefinedRelations) {
    EXPECT_EQ(code(db, "SELECT * FROM in_c_sales.nothing"), "42P01");
    EXPECT_EQ(code(db, "SELECT * FROM in_c_nowhere.orders"), "42P01");
    EXPECT_EQ(code(db, "SELECT * FROM orders"), "42P01");
    EXPECT_EQ(code(db, "SELECT nothing FROM in_c_sales.orders"), "42703");
    EXPECT_EQ(code(db, "INSERT INTO in_c_sales.nothing VALUES (1)"), "42P01");
}

TEST_F(Names, ANewVersionIsSeenByTheNextExecution) {
    run(db, "CREATE VIEW seen AS SELECT count(*) AS n FROM in_c_sales.orders").value();
    auto prepared = prepare(db, "SELECT count(*) FROM in_c_sales.orders").value();
    auto parameterised = prepare(db, "SELECT count(*) FROM in_c_sales.orders WHERE id >= $1", {20}).value();
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "4");
    EXPECT_EQ(read(*parameterised, {std::int64_t{1}}).value().at(0).at(0), "3");
    publish_next();
    EXPECT_EQ(value(db, "SELECT count(*) FROM in_c_sales.orders"), "9");
    EXPECT_EQ(value(db, "SELECT n FROM seen"), "9");
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "9");
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "9");
    EXPECT_EQ(read(*parameterised, {std::int64_t{1}}).value().at(0).at(0), "8");
}

TEST_F(Names, ATransactionKeepsTheVersionItHasSeen) {
    auto before = prepare(db, "SELECT count(*) FROM in_c_sales.orders").value();
    auto other = workspace.connect();
    db.run_internal("BEGIN").value();
    EXPECT_EQ(value(db, "SELECT count(*) FROM in_c_sales.orders"), "4");
    publish_next();
    EXPECT_EQ(value(db, "SELECT count(*) FROM in_c_sales.orders"), "4");
    EXPECT_EQ(value(db, "SELECT count(*) FROM In_C_Sales.ORDERS o, in_c_sales.orders p WHERE o.id = p.id"), "4");
    EXPECT_EQ(read(*before).value().at(0).at(0), "4");
    EXPECT_EQ(value(*other, "SELECT count(*) FROM in_c_sales.orders"), "9");
    db.run_internal("COMMIT").value();
    EXPECT_EQ(read(*before).value().at(0).at(0), "9");
}

TEST_F(Names, APreparedStatementFollowsTheTransactionsVersion) {
    auto prepared = prepare(db, "SELECT count(*) FROM in_c_sales.orders").value();
    publish_next();
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "9");
    db.run_internal("BEGIN").value();
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "9");
    workspace.publish("in_c_sales", "orders", 28, "SELECT i AS id, 0 AS amount FROM range(2) t(i)");
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "9");
    EXPECT_EQ(value(db, "SELECT count(*) FROM in_c_sales.orders"), "9");
    db.run_internal("ROLLBACK").value();
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "2");
}

TEST_F(Names, AChangedResultTypeIsAnErrorForThePlanAndNotForTheName) {
    auto prepared = prepare(db, "SELECT * FROM in_c_sales.orders").value();
    workspace.publish("in_c_sales", "orders", 29, "SELECT 'x' AS other");
    for (int i = 0; i < 2; ++i) {
        const auto rows = read(*prepared);
        ASSERT_FALSE(rows);
        EXPECT_EQ(rows.error().code, sqlstate::kFeatureNotSupported);
        EXPECT_EQ(rows.error().message, "cached plan must not change result type");
    }
    EXPECT_EQ(value(db, "SELECT * FROM in_c_sales.orders"), "x");
    workspace.project().remove("in_c_sales", "orders");
    EXPECT_EQ(code(db, "SELECT * FROM in_c_sales.orders"), "42P01");
    EXPECT_EQ(read(*prepared).error().code, sqlstate::kUndefinedTable);
}

TEST_F(Names, AViewFollowsChangedColumns) {
    run(db, "CREATE VIEW seen AS SELECT * FROM in_c_sales.orders").value();
    run(db, "CREATE VIEW one AS SELECT amount FROM in_c_sales.orders WHERE in_c_sales.orders.id = 1").value();
    workspace.publish("in_c_sales", "orders", 29, "SELECT 1 AS id, 2.5 AS amount, 'new' AS extra");
    EXPECT_EQ(value(db, "SELECT extra FROM seen"), "new");
    EXPECT_EQ(value(db, "SELECT amount FROM one"), "25");
    workspace.publish("in_c_sales", "orders", 30, "SELECT 'x' AS other");
    EXPECT_EQ(value(db, "SELECT * FROM seen"), "x");
    EXPECT_EQ(code(db, "SELECT * FROM one"), "42703");
}

TEST_F(Names, AStreamKeepsItsVersion) {
    workspace.publish("in_c_sales", "big", 30, "SELECT i AS id FROM range(200000) t(i)");
    auto prepared = prepare(db, "SELECT id FROM in_c_sales.big").value();
    auto cursor = prepared->execute({}).value();
    std::uint64_t rows = cursor->next().value()->rows;
    workspace.publish("in_c_sales", "big", 31, "SELECT 1 AS id");
    auto other = workspace.connect();
    EXPECT_EQ(value(*other, "SELECT count(*) FROM in_c_sales.big"), "1");
    std::filesystem::remove(workspace.version_file(30));
    while (const Chunk* chunk = cursor->next().value()) rows += chunk->rows;
    EXPECT_EQ(rows, 200000U);
}

TEST_F(Names, AFileThatVanishedIsAskedForAgainOnce) {
    workspace.project().answer_once(workspace.directory() / "versions" / "gone.duckdb");
    EXPECT_EQ(value(db, "SELECT count(*) FROM in_c_sales.orders"), "4");
    workspace.project().set("in_c_sales", "orders", workspace.directory() / "versions" / "gone.duckdb", 99);
    const auto rows = run(db, "SELECT count(*) FROM in_c_sales.orders");
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, sqlstate::kIoError);
    EXPECT_EQ((rows.error().message + rows.error().detail + rows.error().hint).find("/versions"), std::string::npos);
}

TEST_F(Names, AnErrorOfTheResolverReachesTheClient) {
    workspace.project().fail_with(Error{sqlstate::kCannotConnectNow, "the gateway does not answer", "", "Try again."});
    const auto rows = run(db, "SELECT * FROM in_c_sales.orders");
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, sqlstate::kCannotConnectNow);
    EXPECT_EQ(rows.error().hint, "Try again.");
}

TEST_F(Names, TheSearchPathFindsProjectTables) {
    db.set_search_path({"in_c_sales", "main"}).value();
    EXPECT_EQ(value(db, "SELECT count(*) FROM orders"), "4");
    EXPECT_EQ(code(db, "DELETE FROM orders"), "25006");
    EXPECT_EQ(code(db, "INSERT INTO orders VALUES (1, 2)"), "25006");
    run(db, "CREATE TABLE orders AS SELECT 1 AS id").value();
    EXPECT_EQ(value(db, "SELECT count(*) FROM orders"), "4");
    EXPECT_EQ(value(db, "WITH orders AS (SELECT 1) SELECT count(*) FROM orders"), "1");
    db.set_search_path({"public", "in_c_sales"}).value();
    EXPECT_EQ(value(db, "SELECT count(*) FROM orders"), "1");
    EXPECT_EQ(value(db, "SELECT count(*) FROM customers"), "3");
}

TEST_F(Names, TheSearchPathFindsSchemasMadeLater) {
    db.set_search_path({"later", "public"}).value();
    run(db, "CREATE SCHEMA later").value();
    run(db, "CREATE TABLE t AS SELECT 7 AS x").value();
    EXPECT_EQ(value(db, "SELECT x FROM later.t"), "7");
}

TEST_F(Names, PublicIsMain) {
    run(db, "CREATE TABLE public.t AS SELECT 3 AS x").value();
    EXPECT_EQ(value(db, "SELECT public.t.x FROM public.t"), "3");
    EXPECT_EQ(value(db, "SELECT x FROM main.t"), "3");
    EXPECT_EQ(code(db, "CREATE SCHEMA public"), "42P06");
}

TEST_F(Names, SeveralNamesMayLeadToOneFile) {
    workspace.project().set("in_c_linked", "orders", workspace.version_file(17), 17);
    EXPECT_EQ(value(db, "SELECT count(*) FROM in_c_sales.orders a JOIN in_c_linked.orders b USING (id)"), "4");
}

TEST_F(Names, AttachedVersionsAreHidden) {
    run(db, "SELECT * FROM in_c_sales.orders").value();
    EXPECT_EQ(value(db, "SELECT count(*) FROM duckdb_databases() WHERE database_name LIKE '%@%'"), "0");
    EXPECT_EQ(value(db, "SELECT count(path) FROM duckdb_databases()"), "0");
    EXPECT_EQ(value(db, "SELECT count(*) FROM duckdb_tables() WHERE database_name <> 'workspace'"), "0");
    EXPECT_EQ(value(db, "SELECT count(*) FROM information_schema.columns WHERE table_catalog LIKE '%@%'"), "0");
    EXPECT_EQ(value(db, "SELECT count(*) FROM information_schema.schemata WHERE catalog_name LIKE '%@%'"), "0");
    EXPECT_EQ(value(db, "SELECT count(*) FROM pg_catalog.pg_class WHERE relname = 'data'"), "0");
}

TEST(VersionFiles, KnowsItsAliases) {
    EXPECT_TRUE(VersionFiles::is_alias("in_c_sales.orders@17"));
    EXPECT_FALSE(VersionFiles::is_alias("someone@example.com"));
    EXPECT_FALSE(VersionFiles::is_alias("orders@17"));
    EXPECT_FALSE(VersionFiles::is_alias("in_c_sales.orders@"));
    EXPECT_FALSE(VersionFiles::is_alias(""));
}

TEST(StarSyntax, LosesItsSchemaAndKeepsItsPlace) {
    EXPECT_EQ(without_schema_before_star("SELECT a.b.* FROM a.b", 11), "SELECT   b.* FROM a.b");
    EXPECT_EQ(without_schema_before_star("SELECT \"a.\"\"x\".\"b\".* FROM", 19), "SELECT         \"b\".* FROM");
    EXPECT_EQ(without_schema_before_star("SELECT b.* FROM b", 9), "SELECT b.* FROM b");
    EXPECT_EQ(without_schema_before_star("*", 0), "*");
    EXPECT_EQ(without_schema_before_star(".*", 1), ".*");
    EXPECT_EQ(without_schema_before_star("\".*", 2), "\".*");
}

}  // namespace
}  // namespace smew::engine::test
