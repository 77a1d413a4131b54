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
    EXPECT_EQ(value(db, "SELECT current_user::regrole::text"), "ada");
    EXPECT_EQ(value(db, "SELECT 'public'::regnamespace::oid"), "2200");
    EXPECT_EQ(code(db, "SELECT 'nothing'::regclass"), "42P01");
    EXPECT_EQ(code(db, "SELECT 'nothing'::regtype"), "42704");
    EXPECT_EQ(value(db, "SELECT to_regclass('nothing')"), "NULL");
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

}  // namespace
}  // namespace smew::engine::test
