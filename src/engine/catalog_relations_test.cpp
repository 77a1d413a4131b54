// The catalogs' relations over a workspace and its project.
#include "engine/engine_test_support.hpp"
#include "pgcatalog/definitions.hpp"
#include "pgcatalog/system_relations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace smew::engine::test {
namespace {

// Two buckets, one of them empty, and one table.
ProjectCatalog shop() {
    ProjectCatalog project;
    project.schemas = {{"in_c_sales", 7, "What was sold"}, {"out_c_empty", 8, ""}};
    project.tables = {{.schema = "in_c_sales",
                       .name = "orders",
                       .table_id = 42,
                       .row_count = 1000,
                       .description = "One line an order",
                       .columns = {{"id", "BIGINT", false, ""}, {"amount", "DECIMAL(12,2)", true, "With tax"}},
                       .primary_key = {"id"}}};
    return project;
}

class Catalogs : public ::testing::Test {
protected:
    Catalogs() { workspace.project().describe(shop()); }
    std::string value(std::string_view sql) { return test::value(workspace.connection(), sql); }
    void make(std::string_view sql) { ASSERT_TRUE(run(workspace.connection(), sql)) << sql; }

    Workspace workspace;
};

std::string qualified(std::string_view schema, const pgcatalog::SystemRelation& relation) {
    return std::string(schema) + "." + std::string(relation.name);
}

TEST_F(Catalogs, EveryRelationOfPostgresqlCanBeReadInFull) {
    for (const auto& [schema, group] :
         {std::pair("pg_catalog", pgcatalog::system_tables()), std::pair("pg_catalog", pgcatalog::system_views()),
          std::pair("information_schema", pgcatalog::information_schema_views())}) {
        for (const auto& relation : group) {
            const auto rows = run(workspace.connection(), "SELECT * FROM " + qualified(schema, relation));
            EXPECT_TRUE(rows) << relation.name << ": " << (rows ? "" : rows.error().message);
        }
    }
}

TEST_F(Catalogs, WhatIsFilledIsARelationOfPostgresql) {
    for (const pgcatalog::Relation& filled : pgcatalog::relations()) {
        const auto named = [&](const auto& group) {
            return std::ranges::any_of(group, [&](const auto& system) { return system.name == filled.name; });
        };
        const bool known = filled.schema == "information_schema"
                               ? named(pgcatalog::information_schema_views())
                               : named(pgcatalog::system_tables()) || named(pgcatalog::system_views());
        EXPECT_TRUE(known) << filled.name;
    }
}

TEST_F(Catalogs, BucketsAreSchemasAlsoWithoutTables) {
    EXPECT_EQ(value("SELECT string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace"),
              "in_c_sales information_schema out_c_empty pg_catalog public");
    EXPECT_EQ(value("SELECT oid FROM pg_namespace WHERE nspname = 'public'"), "2200");
}

TEST_F(Catalogs, ProjectTablesAreListedWithTheirColumnsAndKey) {
    EXPECT_EQ(value("SELECT oid::VARCHAR || ' ' || relkind || ' ' || reltuples::BIGINT FROM pg_class "
                    "WHERE relname = 'orders'"),
              std::to_string(0x40000000 + 42) + " r 1000");
    EXPECT_EQ(value("SELECT string_agg(attname || ' ' || atttypid || ' ' || atttypmod || ' ' || attnotnull, ', ' "
                    "ORDER BY attnum) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
                    "WHERE relname = 'orders'"),
              "id 20 -1 true, amount 1700 " + std::to_string(((12 << 16) | 2) + 4) + " false");
    EXPECT_EQ(value("SELECT conname || ' ' || contype || ' ' || conkey::VARCHAR FROM pg_constraint"),
              "orders_pkey p [1]");
    EXPECT_EQ(value("SELECT description FROM pg_description JOIN pg_class ON pg_class.oid = objoid AND objsubid = 2 "
                    "WHERE relname = 'orders'"),
              "With tax");
}

TEST_F(Catalogs, TablesOfTheWorkspaceAreListedWithConstraintsAndIndexes) {
    make("CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL DEFAULT 'x', CHECK (id > 0))");
    make("CREATE TABLE orders2 (customer INTEGER REFERENCES customers (id), code VARCHAR UNIQUE)");
    make("CREATE INDEX by_name ON customers (name, (id + 1))");
    EXPECT_EQ(value("SELECT string_agg(conname || ' ' || contype || ' ' || conkey::VARCHAR, ', ' ORDER BY conname) "
                    "FROM pg_constraint WHERE connamespace = 2200"),
              "customers_id_check c [1], customers_pkey p [1], orders2_code_key u [2], orders2_customer_fkey f [1]");
    EXPECT_EQ(value("SELECT indkey::VARCHAR FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname = 'by_name'"),
              "2 0");
    EXPECT_EQ(value("SELECT confkey::VARCHAR FROM pg_constraint c JOIN pg_class r ON r.oid = confrelid "
                    "WHERE r.relname = 'customers' AND contype = 'f'"),
              "[1]");
    EXPECT_EQ(value("SELECT adbin FROM pg_attrdef"), "'x'");
    EXPECT_EQ(value("SELECT count(*) FROM pg_attribute a JOIN pg_class r ON r.oid = attrelid "
                    "WHERE relname = 'customers' AND attnotnull"),
              "2");
}

TEST_F(Catalogs, NumbersOfOneCatalogNeverClash) {
    make("CREATE TABLE a (id INTEGER PRIMARY KEY, code VARCHAR UNIQUE); CREATE VIEW b AS SELECT * FROM a");
    make("CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE SCHEMA other; CREATE TEMP TABLE t (i INT)");
    for (const char* relation :
         {"pg_class", "pg_namespace", "pg_type", "pg_constraint", "pg_attrdef", "pg_enum", "pg_roles", "pg_database"}) {
        EXPECT_EQ(value("SELECT count(*) - count(DISTINCT oid) FROM " + std::string(relation)), "0") << relation;
    }
}

TEST_F(Catalogs, EnumsAreTypesWithLabels) {
    make("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (feels mood, felt mood[])");
    EXPECT_EQ(value("SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum e "
                    "JOIN pg_type t ON t.oid = enumtypid WHERE typname = 'mood'"),
              "sad,ok");
    EXPECT_EQ(value("SELECT string_agg(typname || ' ' || typtype, ', ' ORDER BY attnum) FROM pg_attribute "
                    "JOIN pg_type t ON t.oid = atttypid JOIN pg_class c ON c.oid = attrelid WHERE relname = 'people'"),
              "mood e, _mood b");
}

TEST_F(Catalogs, WhatDependsOnWhatIsListed) {
    make(
        "CREATE TABLE t (id SERIAL, label VARCHAR); CREATE VIEW v AS SELECT * FROM t; CREATE VIEW w AS "
        "WITH t AS (SELECT 1 AS i) SELECT t.i FROM t, v");
    EXPECT_EQ(value("SELECT objid::regclass::text || ' ' || refobjid::regclass::text || ' ' || refobjsubid || deptype "
                    "FROM pg_depend WHERE classid = 1259 AND refclassid = 1259"),
              "t_id_seq t 1a");
    EXPECT_EQ(
        value("SELECT string_agg(ev_class::regclass::text || ' reads ' || refobjid::regclass::text, ', ' ORDER BY "
              "ev_class) FROM pg_depend JOIN pg_rewrite r ON r.oid = objid AND classid = 2618 WHERE deptype = 'n'"),
        "v reads t, w reads v");
    EXPECT_EQ(value("SELECT adbin FROM pg_attrdef"), "nextval('t_id_seq'::regclass)");
    EXPECT_EQ(value("SELECT pg_get_serial_sequence('t', 'id')"), "public.t_id_seq");
}

TEST_F(Catalogs, RelationsHaveRowTypesAndIndexesHaveColumns) {
    make("CREATE TABLE t (a INTEGER, b VARCHAR, PRIMARY KEY (b, a)); CREATE INDEX x ON t (b, (a + 1))");
    EXPECT_EQ(
        value("SELECT typname || typtype FROM pg_type t JOIN pg_class c ON c.reltype = t.oid AND c.oid = typrelid "
              "WHERE relname = 't'"),
        "tc");
    EXPECT_EQ(value("SELECT count(*) FROM pg_type t JOIN pg_class c ON c.reltype = t.oid WHERE relname = 'orders'"),
              "1");
    EXPECT_EQ(value("SELECT string_agg(attname || attnum, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = "
                    "(SELECT oid FROM pg_class WHERE relname = 't_pkey')"),
              "b1 a2");
    EXPECT_EQ(value("SELECT string_agg(attname || attnum, ' ') FROM pg_attribute WHERE attrelid = 'x'::regclass"),
              "b1");
}

TEST_F(Catalogs, AForeignKeyNamesTheIndexItNeeds) {
    make(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, code VARCHAR UNIQUE); CREATE TABLE b (c VARCHAR REFERENCES a (code))");
    EXPECT_EQ(value("SELECT relname FROM pg_constraint c JOIN pg_class i ON i.oid = conindid WHERE contype = 'f'"),
              "a_code_key");
}

// DuckDB joins the smaller side into a table by its keys, which gives that side's rows in any order.
TEST_F(Catalogs, ColumnsComeInTheirOrder) {
    std::string columns, expected;
    for (int i = 0; i < 60; ++i) {
        columns += (i == 0 ? "c" : ", c") + std::to_string(i) + " INTEGER";
        expected += (i == 0 ? "c" : " c") + std::to_string(i);
    }
    make("CREATE TABLE wide (" + columns + ")");
    const auto rows =
        run(workspace.connection(),
            "SELECT attname, col_description(c.oid, attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = "
            "attrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE attnum > 0 AND relname = 'wide'");
    ASSERT_TRUE(rows);
    std::string found;
    for (const Row& row : *rows) found += (found.empty() ? "" : " ") + row[0];
    EXPECT_EQ(found, expected);
}

TEST_F(Catalogs, PlansNameWhatIsReadAsUsersKnowIt) {
    const auto rows = run(workspace.connection(), "EXPLAIN SELECT relname FROM pg_class");
    ASSERT_TRUE(rows);
    std::string plan;
    for (const Row& row : *rows) plan += row.back();
    EXPECT_NE(plan.find("CATALOG RELATIONS"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("SMEW_"), std::string::npos) << plan;
    make("CREATE SCHEMA s; CREATE TABLE s.own (i INTEGER)");
    workspace.publish("in_c_sales", "orders", 3, "SELECT 1 AS id");
    const auto joined = run(workspace.connection(), "EXPLAIN SELECT id FROM s.own JOIN in_c_sales.orders ON i = id");
    ASSERT_TRUE(joined);
    plan.clear();
    for (const Row& row : *joined) plan += row.back();
    EXPECT_NE(plan.find(" in_c_sales.orders "), std::string::npos) << plan;
    EXPECT_NE(plan.find(" s.own "), std::string::npos) << plan;
}

TEST_F(Catalogs, IndexesOfKeysAreRelationsByName) {
    make(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, UNIQUE (a, b)); CREATE SCHEMA away; "
        "CREATE TABLE away.u (id INTEGER PRIMARY KEY); CREATE TABLE f (id INTEGER REFERENCES t (id))");
    EXPECT_EQ(value("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE oid IN ('t_pkey'::regclass, "
                    "'public.t_a_b_key'::regclass, 'away.u_pkey'::regclass, 'in_c_sales.orders_pkey'::regclass)"),
              "orders_pkey t_a_b_key t_pkey u_pkey");
    EXPECT_EQ(
        value("SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index"),
        "away.u_pkey in_c_sales.orders_pkey t_a_b_key t_pkey");
    EXPECT_EQ(
        value("SELECT pg_table_is_visible('t_pkey'::regclass)::text || pg_table_is_visible('away.u_pkey'::regclass)"),
        "truefalse");
    EXPECT_EQ(value("SELECT 'u_pkey'::regclass"), "42P01 relation \"u_pkey\" does not exist");
}

TEST_F(Catalogs, FunctionsOfOnesOwnAreRoutines) {
    make("CREATE MACRO doubled(x) AS x * 2");
    EXPECT_EQ(value("SELECT routine_schema || ' ' || routine_type || ' ' || external_language FROM "
                    "information_schema.routines WHERE routine_name = 'doubled'"),
              "public FUNCTION SQL");
    EXPECT_EQ(value("SELECT parameter_name || ordinal_position FROM information_schema.parameters WHERE specific_name "
                    "LIKE 'doubled%'"),
              "x1");
}

TEST_F(Catalogs, DefinitionsCallTheFirstSchemaPublic) {
    make(
        "CREATE TABLE t (a VARCHAR DEFAULT trim(' x '), CHECK (trim(a) <> 'y')); CREATE VIEW v AS SELECT public.t.a "
        "FROM public.t WHERE trim(a) <> ''");
    for (const char* sql : {"SELECT definition FROM pg_views WHERE viewname = 'v'", "SELECT adbin FROM pg_attrdef",
                            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"}) {
        EXPECT_EQ(value(sql).find("main"), std::string::npos) << value(sql);
    }
}

TEST_F(Catalogs, ViewsTellTheirColumns) {
    make("CREATE VIEW totals AS SELECT 1 AS id, 'a' AS name");
    EXPECT_EQ(value("SELECT string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) "
                    "FROM information_schema.columns WHERE table_name = 'totals'"),
              "id integer, name text");
    EXPECT_EQ(value("SELECT table_type FROM information_schema.tables WHERE table_name = 'totals'"), "VIEW");
}

// A large project: reading its catalogs stays well below a second, on a busy machine as well.
TEST_F(Catalogs, FiveThousandTablesAreListedQuickly) {
    ProjectCatalog project;
    project.schemas = {{"in_c_large", 1, ""}};
    for (int i = 0; i < 5000; ++i) {
        ProjectTable table{.schema = "in_c_large", .name = "t" + std::to_string(i), .table_id = i + 1};
        for (int c = 0; c < 10; ++c) table.columns.push_back({"c" + std::to_string(c), "DECIMAL(12,2)", true, ""});
        project.tables.push_back(std::move(table));
    }
    workspace.project().describe(std::move(project));
    for (const char* sql :
         {"SELECT count(*) FROM information_schema.tables WHERE table_schema = 'in_c_large'",
          "SELECT count(DISTINCT table_name) FROM information_schema.columns WHERE table_schema = 'in_c_large'",
          "SELECT count(DISTINCT c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
          "JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid "
          "WHERE nspname = 'in_c_large'"}) {
        const auto start = std::chrono::steady_clock::now();
        EXPECT_EQ(value(sql), "5000") << sql;
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
        RecordProperty("milliseconds", std::to_string(took.count()));
        EXPECT_LT(took.count(), 1000) << sql;
    }
}

TEST_F(Catalogs, NothingInternalShows) {
    workspace.publish("in_c_sales", "orders", 1, "SELECT 1 AS id");
    ASSERT_EQ(value("SELECT id FROM in_c_sales.orders"), "1");  // attached now
    EXPECT_EQ(value("SELECT count(*) FROM pg_class WHERE relname LIKE 'smew%' OR relname LIKE 'duckdb%' "
                    "OR relname IN ('data', 'sqlite_master')"),
              "0");
    EXPECT_EQ(value("SELECT count(*) FROM information_schema.schemata WHERE schema_name IN ('main', 'temp', 'system')"),
              "0");
}

}  // namespace
}  // namespace smew::engine::test
