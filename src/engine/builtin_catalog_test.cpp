#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

TEST(BuiltinCatalog, RelationsOfPostgresqlAreFoundWithAndWithoutTheirSchema) {
    Workspace workspace;
    EXPECT_EQ(value(workspace.connection(), "SELECT amname FROM pg_catalog.pg_am WHERE oid = 403"), "btree");
    EXPECT_EQ(value(workspace.connection(), "SELECT amname FROM pg_am WHERE oid = 2"), "heap");
}

TEST(BuiltinCatalog, MacrosAreFoundWithAndWithoutTheirSchema) {
    Workspace workspace;
    EXPECT_EQ(value(workspace.connection(), "SELECT pg_encoding_to_char(6)"), "UTF8");
    EXPECT_EQ(value(workspace.connection(), "SELECT pg_catalog.pg_encoding_to_char(6)"), "UTF8");
}

TEST(BuiltinCatalog, FunctionsOfTheEngineAreFoundInPgCatalog) {
    Workspace workspace;
    EXPECT_EQ(value(workspace.connection(), "SELECT pg_catalog.upper('a')"), "A");
}

TEST(BuiltinCatalog, AViewOfTheUsersOverThemWorks) {
    Workspace workspace;
    ASSERT_TRUE(run(workspace.connection(), "CREATE VIEW methods AS SELECT amname FROM pg_am"));
    EXPECT_EQ(value(workspace.connection(), "SELECT amname FROM methods ORDER BY amname"), "btree");
}

TEST(SessionFunctions, TellWhoTheSessionIs) {
    Workspace workspace;
    Connection& db = workspace.connection();
    for (const char* name : {"current_user", "session_user", "user", "current_role"}) {
        EXPECT_EQ(value(db, std::string("SELECT ") + name), "ada");
    }
    EXPECT_EQ(value(db, "SELECT current_database()"), "shop");
    EXPECT_EQ(value(db, "SELECT pg_catalog.pg_backend_pid() + 1"), "4712");
    EXPECT_EQ(value(db, "SELECT inet_client_addr() || ':' || inet_client_port()"), "10.0.0.1:5000");
    EXPECT_EQ(value(db, "SELECT current_query()"), "SELECT current_query()");
    EXPECT_EQ(value(db, "SELECT 1 FROM (SELECT 1) AS one WHERE version() LIKE 'PostgreSQL%'"), "1");
}

TEST(SessionFunctions, SettingsAreTheSessions) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_EQ(value(db, "SELECT current_setting('TimeZone')"), "UTC");
    EXPECT_EQ(code(db, "SELECT current_setting('temp_directory')"), "42704");
    EXPECT_EQ(value(db, "SELECT current_setting('temp_directory', true)"), "NULL");
    EXPECT_EQ(value(db, "SELECT set_config('my.tenant', 'x', false)"), "x");
    EXPECT_EQ(value(db, "SELECT current_setting('my.tenant')"), "x");
}

TEST(SessionFunctions, APlanAsksForSettingsEachTime) {
    Workspace workspace;
    auto prepared = prepare(workspace.connection(), "SELECT current_setting('my.tenant', true)").value();
    EXPECT_EQ(read(*prepared).value(), (std::vector<Row>{{"NULL"}}));
    workspace.facts().set_setting("my.tenant", "b", SessionFacts::Scope::kSession).value();
    EXPECT_EQ(read(*prepared).value(), (std::vector<Row>{{"b"}}));
}

TEST(ObjectReferences, AreNumbersThatReadAndWriteNames) {
    Workspace workspace;
    Connection& db = workspace.connection();
    run(db, "CREATE TABLE orders (id INTEGER); CREATE SCHEMA shop; CREATE TABLE shop.\"Two words\" (id INTEGER)")
        .value();
    EXPECT_EQ(value(db, "SELECT 'orders'::regclass::text"), "orders");
    EXPECT_EQ(value(db, "SELECT 'public.orders'::regclass = to_regclass('orders')"), "true");
    EXPECT_EQ(value(db, "SELECT 'shop.\"Two words\"'::regclass::text"), "shop.\"Two words\"");
    EXPECT_EQ(value(db, "SELECT 'pg_class'::regclass::oid"), "1259");
    EXPECT_EQ(value(db, "SELECT 'timestamp with time zone'::regtype::oid"), "1184");
    EXPECT_EQ(value(db, "SELECT 1007::regtype::text"), "integer[]");
    EXPECT_EQ(value(db, "SELECT 'ada'::regrole::text"), "ada");
    EXPECT_EQ(value(db, "SELECT 'public'::regnamespace::oid"), "2200");
    EXPECT_EQ(code(db, "SELECT 'nothing'::regclass"), "42P01");
    EXPECT_EQ(code(db, "SELECT 'nothing'::regtype"), "42704");
    EXPECT_EQ(value(db, "SELECT to_regclass('nothing')"), "NULL");
}

TEST(ObjectReferences, KnowTheProject) {
    Workspace workspace;
    Connection& db = workspace.connection();
    workspace.project().describe(
        {{{"in_c_sales", 7, ""}}, {{.schema = "in_c_sales", .name = "Big orders", .table_id = 42}}});
    const std::string oid = std::to_string(0x40000000 + 42);
    EXPECT_EQ(value(db, "SELECT '\"in_c_sales\".\"Big orders\"'::regclass::oid"), oid);
    EXPECT_EQ(value(db, "SELECT " + oid + "::regclass::text"), "in_c_sales.\"Big orders\"");
    EXPECT_EQ(value(db, "SELECT to_regclass('in_c_sales.orders')"), "NULL");
    EXPECT_EQ(value(db, "SELECT 'in_c_sales'::regnamespace::oid"), std::to_string(0x40000000 + 7));
    EXPECT_EQ(value(db, "SELECT count(*) FROM pg_class WHERE oid = 'in_c_sales.\"Big orders\"'::regclass"), "1");
}

TEST(ObjectReferences, OfFunctionsAreTheirNames) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_EQ(value(db, "SELECT typreceive::text FROM pg_type WHERE typname = 'bool'"), "boolrecv");
    EXPECT_EQ(value(db, "SELECT typreceive::text FROM pg_type WHERE typname = '_int4'"), "array_recv");
    EXPECT_EQ(value(db, "SELECT 'textin'::regproc::oid"), "46");
    EXPECT_EQ(value(db, "SELECT 'pg_catalog.array_in'::regproc::text"), "array_in");
    EXPECT_EQ(value(db, "SELECT oid::regproc::text FROM pg_proc WHERE proname = 'pg_encoding_to_char'"),
              "pg_encoding_to_char");
    EXPECT_EQ(code(db, "SELECT 'nothing'::regproc"), "42883");
    EXPECT_EQ(code(db, "SELECT 'count'::regproc"), "42725");
    EXPECT_EQ(value(db, "SELECT 0::regproc::text"), "-");
}

TEST(ObjectReferences, AreReadFromParameters) {
    Workspace workspace;
    Connection& db = workspace.connection();
    auto prepared = prepare(db, "SELECT relname FROM pg_class WHERE oid = $1::regclass").value();
    EXPECT_EQ(read(*prepared, {TextValue{"pg_catalog.pg_class"}}).value(), (std::vector<Row>{{"pg_class"}}));
    EXPECT_EQ(read(*prepared, {TextValue{"1259"}}).value(), (std::vector<Row>{{"pg_class"}}));
    EXPECT_EQ(read(*prepared, {TextValue{"nothing"}}).error().code, Sqlstate("42P01"));
}

TEST(ObjectReferences, SeeWhatTheTransactionHasMade) {
    Workspace workspace;
    Connection& db = workspace.connection();
    auto other = workspace.connect();
    db.run_internal("BEGIN").value();
    run(db, "CREATE TABLE fresh (id INTEGER)").value();
    EXPECT_EQ(value(db, "SELECT to_regclass('fresh')::text"), "fresh");
    EXPECT_EQ(value(*other, "SELECT to_regclass('fresh')"), "NULL");
    db.run_internal("ROLLBACK").value();
    EXPECT_EQ(value(db, "SELECT to_regclass('fresh')"), "NULL");
}

TEST(SessionFunctions, TheWordsOfTheParser) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_EQ(value(db, "SELECT catcode || catdesc FROM pg_catalog.pg_get_keywords() WHERE word = 'select'"),
              "Rreserved");
    EXPECT_EQ(value(db, "SELECT parse_ident('a.\"B c\"')"), "[a, B c]");
    EXPECT_EQ(code(db, "SELECT parse_ident('a b')"), "22023");
}

TEST(DatabaseName, MayStandBeforeTheSchema) {
    Workspace workspace;
    Connection& db = workspace.connection();
    workspace.publish("in_c_sales", "orders", 1, "SELECT 7 AS id");
    run(db, "CREATE TABLE \"shop\".\"public\".t AS SELECT 5 AS i; CREATE SCHEMA shop.s").value();
    EXPECT_EQ(value(db, "SELECT shop.public.t.i FROM shop.public.t"), "5");
    EXPECT_EQ(value(db, "SELECT id FROM \"shop\".in_c_sales.orders"), "7");
    EXPECT_EQ(code(db, "SELECT * FROM elsewhere.public.t"), "0A000");
    EXPECT_EQ(code(db, "DROP TABLE shop.in_c_sales.orders"), "25006");
    run(db, "ALTER TABLE shop.public.t RENAME TO t2; DROP TABLE shop.public.t2").value();
}

TEST(TypeNames, ArePostgresqls) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_EQ(value(db, "SELECT 'x'::name || 'y'"), "xy");
    EXPECT_EQ(value(db, "SELECT pg_typeof(5::oid)::text || pg_typeof(5::pg_catalog.oid)::text"), "oidoid");
    EXPECT_EQ(value(db, "SELECT pg_typeof('a'::\"char\")::oid"), "18");
    EXPECT_EQ(value(db, "SELECT pg_typeof(1::bigint)::text"), "bigint");
    EXPECT_EQ(value(db, "SELECT format_type(1043, 14)"), "character varying(10)");
    EXPECT_EQ(value(db, "SELECT format_type(1700, 655366)"), "numeric(10,2)");
}

TEST(Formatting, IsPostgresqls) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_EQ(value(db, "SELECT to_char(TIMESTAMP '2024-02-29 13:04:05.5', 'FMDay, DD Mon YYYY HH12:MI:SS.MS pm')"),
              "Thursday, 29 Feb 2024 01:04:05.500 pm");
    EXPECT_EQ(value(db, "SELECT to_char(DATE '2024-02-29', 'IYYY-IW')"), "2024-09");
    EXPECT_EQ(value(db, "SELECT to_char(INTERVAL '27 hours 5 minutes', 'HH24:MI')"), "27:05");
    EXPECT_EQ(code(db, "SELECT to_char(INTERVAL '1 day', 'Month')"), "22007");
    EXPECT_EQ(value(db, "SELECT to_char(1234567.891, 'FM9,999,999.00')"), "1,234,567.89");
    EXPECT_EQ(value(db, "SELECT to_char(-485, '999PR')"), "<485>");
    EXPECT_EQ(value(db, "SELECT to_date('05 Dec 2000', 'DD Mon YYYY')::text"), "2000-12-05");
    EXPECT_EQ(value(db,
                    "SELECT to_timestamp('2024-02-29 01:04 PM', 'YYYY-MM-DD HH:MI AM') = "
                    "TIMESTAMPTZ '2024-02-29 13:04:00+00'"),
              "true");
    EXPECT_EQ(code(db, "SELECT to_date('2024-02-30', 'YYYY-MM-DD')"), "22008");
    EXPECT_EQ(value(db, "SELECT to_number('12,454.8-', '99G999D9S')::text"), "-12454.8");
    EXPECT_EQ(value(db, "SELECT year(to_timestamp(0))"), "1970");
}

TEST(TextFunctions, ArePostgresqls) {
    Workspace workspace;
    Connection& db = workspace.connection();
    EXPECT_EQ(value(db, "SELECT format('%s %I %L %1$s %%', 'a', 'B c', NULL)"), "a \"B c\" NULL a %");
    EXPECT_EQ(value(db, "SELECT format('[%-5s][%5s]', 'a', 'b')"), "[a    ][    b]");
    EXPECT_EQ(code(db, "SELECT format('%s')"), "22023");
    EXPECT_EQ(value(db, "SELECT num_nulls(1, NULL, 'x', NULL)"), "2");
    EXPECT_EQ(value(db, "SELECT to_hex(-1) || to_hex(255)"), "ffffffffff");
    EXPECT_EQ(value(db, "SELECT encode('\\x1234ff'::bytea, 'base64')"), "EjT/");
    EXPECT_EQ(value(db, "SELECT quote_ident('select') || quote_literal('a''b')"), "\"select\"'a''b'");
    EXPECT_EQ(value(db, "SELECT initcap('hello wORLD-foo')"), "Hello World-Foo");
    EXPECT_EQ(value(db, "SELECT split_part('a,b,c', ',', -1)"), "c");
    EXPECT_EQ(value(db, "SELECT array_to_string([1, NULL, 3], ',', '*')"), "1,*,3");
    EXPECT_EQ(code(db, "SELECT pg_advisory_lock(1)"), "0A000");
}

}  // namespace
}  // namespace smew::engine::test
