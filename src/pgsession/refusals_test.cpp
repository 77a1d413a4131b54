#include "pgsession/refusals.hpp"

#include "pgsession/session_fixture.hpp"

namespace smew::pgsession::testing {
namespace {

TEST(Refusals, NameTheStatementAndSayWhatToDo) {
    const auto refused = [](std::string_view sql) {
        const std::optional<Error> error = refuse_statement(sql);
        if (!error) return std::string("passes");
        EXPECT_FALSE(error->hint.empty()) << sql;
        EXPECT_EQ(error->code, sqlstate::kFeatureNotSupported) << sql;
        return error->message;
    };
    EXPECT_EQ(refused("GRANT SELECT ON t TO PUBLIC"), "GRANT is not supported");
    EXPECT_EQ(refused("/* x */ create role r"), "CREATE ROLE is not supported");
    EXPECT_EQ(refused("create or replace function f() returns int language sql as 'select 1'"),
              "CREATE FUNCTION with a body in a language is not supported");
    EXPECT_EQ(refused("create materialized view v as select 1"), "CREATE MATERIALIZED VIEW is not supported");
    EXPECT_EQ(refused("create table t (a int) partition by range (a)"), "CREATE TABLE … PARTITION BY is not supported");
    EXPECT_EQ(refused("create table t partition of u default"), "CREATE TABLE … PARTITION OF is not supported");
    EXPECT_EQ(refused("create event trigger e on ddl_command_end execute function f()"),
              "CREATE EVENT TRIGGER is not supported");
    EXPECT_EQ(refused("do $$ begin end $$"), "DO is not supported");
    for (const char* sql :
         {"create table t (\"partition by\" int)", "create table t as select 1 partition",
          "create function f(a) as a + 1", "create view grant_v as select 1", "select 1", "insert into t values (1)",
          "drop table role", "create table user_list (a int)", "comment on table t is 'x'", ""}) {
        EXPECT_EQ(refused(sql), "passes") << sql;
    }
}

TEST_F(SessionTest, RefusedStatementsAreAnsweredWithoutTheEngine) {
    EXPECT_EQ(client.query("revoke all on t from public").front(), "ERROR 0A000 REVOKE is not supported");
    EXPECT_EQ(log(), std::vector<std::string>{});
}

TEST_F(SessionTest, RolesAreTheOneThereIs) {
    for (const char* sql : {"set role none", "set role ws_1_user", "set role 'ws_1_user'",
                            "set session authorization default", "reset role", "reset session authorization"}) {
        EXPECT_EQ(client.query(sql).front().substr(0, 5), "Done ") << sql;
    }
    EXPECT_EQ(client.query("set role admin").front(), "ERROR 0A000 SET ROLE is not supported");
}

TEST_F(SessionTest, LockAndVacuumWhereTheyAreTrue) {
    EXPECT_EQ(client.query("lock table t in access share mode").front(),
              "ERROR 25P01 LOCK TABLE can only be used in transaction blocks");
    client.query("begin");
    EXPECT_EQ(client.query("lock table t in access share mode").front(), "Done LOCK TABLE");
    EXPECT_EQ(client.query("lock t").front(), "ERROR 0A000 LOCK is not supported");
    client.query("rollback");
    EXPECT_EQ(client.query("vacuum").front(), "Done VACUUM");
    stage.scripts["ANALYZE main.t"] = {.kind = StatementKind::kAnalyze};
    EXPECT_EQ(client.query("vacuum (verbose, analyze) main.t (a, b)").front(), "Done VACUUM");
    client.query("begin");
    EXPECT_EQ(client.query("vacuum").front(), "ERROR 25001 VACUUM cannot run inside a transaction block");
}

}  // namespace
}  // namespace smew::pgsession::testing
