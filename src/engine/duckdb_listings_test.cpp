#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class Listings : public ::testing::Test {
protected:
    Listings() {
        workspace.publish("in_c_sales", "orders", 17, "SELECT 1 AS id");
        run(db, "SELECT * FROM in_c_sales.orders").value();  // attached from here on
        run(db,
            "CREATE TABLE t (i INTEGER PRIMARY KEY); CREATE SCHEMA s; CREATE VIEW s.v AS SELECT * FROM t;"
            "CREATE SEQUENCE q; CREATE INDEX x ON t (i); CREATE MACRO m(a) AS a + 1; CREATE TEMP TABLE u (i INT)")
            .value();
    }
    // All rows as one text.
    std::string all(const std::string& sql) {
        const auto rows = run(db, sql);
        if (!rows) return rows.error().message;
        std::string text;
        for (const Row& row : *rows) {
            for (const std::string& cell : row) text += cell + "|";
            text += "\n";
        }
        return text;
    }

    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(Listings, NameTheDatabaseAndItsSchemasAsUsersDo) {
    EXPECT_EQ(all("SELECT database_name FROM duckdb_databases()"), "shop|\n");
    EXPECT_EQ(all("SELECT database_name, schema_name FROM duckdb_schemas() ORDER BY 2"), "shop|public|\nshop|s|\n");
    EXPECT_EQ(all("SELECT database_name, schema_name, table_name FROM duckdb_tables() ORDER BY 3"),
              "shop|public|t|\ntemp|pg_temp|u|\n");
    EXPECT_EQ(all("SELECT database_name, schema_name, view_name FROM duckdb_views()"), "shop|s|v|\n");
    EXPECT_EQ(all("SELECT DISTINCT database_name, schema_name FROM duckdb_constraints()"), "shop|public|\n");
    EXPECT_EQ(all("SELECT schema_name, index_name FROM duckdb_indexes()"), "public|x|\n");
    EXPECT_EQ(all("SELECT schema_name, sequence_name FROM duckdb_sequences()"), "public|q|\n");
    EXPECT_EQ(all("SELECT table_name, column_name FROM duckdb_columns() ORDER BY 1"), "t|i|\nu|i|\nv|i|\n");
    EXPECT_EQ(all("SELECT schema_name, macro_definition FROM duckdb_functions() WHERE function_name = 'm'"),
              "public|(a + 1)|\n");
}

TEST_F(Listings, TellNoPathAndNothingInternal) {
    for (const char* listing :
         {"duckdb_columns()", "duckdb_constraints()", "duckdb_databases()", "duckdb_dependencies()",
          "duckdb_functions()", "duckdb_indexes()", "duckdb_keywords()", "duckdb_schemas()", "duckdb_sequences()",
          "duckdb_tables()", "duckdb_types()", "duckdb_variables()", "duckdb_views()", "duckdb_tables", "duckdb_views",
          "duckdb_columns", "duckdb_databases", "duckdb_schemas"}) {
        const std::string shown = all(std::string("SELECT * FROM ") + listing);
        for (const std::string& secret :
             {std::string("smew_"), std::string("orders"), std::string("@17"), workspace.directory().string()}) {
            EXPECT_EQ(shown.find(secret), std::string::npos) << listing << " tells " << secret;
        }
    }
    EXPECT_EQ(all("SELECT count(*) FROM duckdb_functions() WHERE internal AND macro_definition IS NOT NULL"), "0|\n");
    EXPECT_EQ(all("SELECT DISTINCT schema_name FROM duckdb_functions() WHERE internal"), "pg_catalog|\n");
}

TEST_F(Listings, AreListedInFull) {
    // More than DuckDB's chunks hold, with chunks in which nothing shows.
    EXPECT_EQ(all("SELECT count(*) > 1500 FROM duckdb_functions()"), "true|\n");
    EXPECT_EQ(all("SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'public'"), "1|\n");
}

TEST_F(Listings, ShowFindsWhatTheSearchPathFinds) {
    EXPECT_EQ(all("SHOW TABLES"), "t|\nu|\n");
    EXPECT_EQ(all("SELECT database, schema, name FROM (SHOW ALL TABLES) ORDER BY name"),
              "shop|public|t|\ntemp|pg_temp|u|\nshop|s|v|\n");
    EXPECT_EQ(all("SHOW DATABASES"), "shop|\n");
    db.set_search_path({"s"}).value();
    EXPECT_EQ(all("SHOW TABLES"), "u|\nv|\n");
}

TEST_F(Listings, HintsNameNothingInternal) {
    for (const char* sql :
         {"SELECT * FROM smew_relation()", "SELECT smew_column()", "SELECT * FROM s.t", "SELECT * FROM tt",
          "SELECT * FROM orders", "SELECT * FROM in_c_sales.order", "SELECT idd FROM in_c_sales.orders"}) {
        const auto rows = run(db, sql);
        ASSERT_FALSE(rows) << sql;
        const std::string told = rows.error().detail + rows.error().hint;
        for (const char* secret : {"smew_", "main", "@", "workspace."}) {
            EXPECT_EQ(told.find(secret), std::string::npos) << sql << ": " << told;
        }
    }
}

}  // namespace
}  // namespace smew::engine::test
