#include "pgsession/session_fixture.hpp"

#include <algorithm>

namespace smew::pgsession::testing {
namespace {

using Log = std::vector<std::string>;

TEST_F(SessionTest, BeginEntersTheEngineWithTheFirstStatement) {
    EXPECT_EQ(client.query("begin"), (Messages{"Done BEGIN", "Ready T"}));
    EXPECT_EQ(log(), Log{});
    client.query("select b from u");
    EXPECT_EQ(log(), (Log{"prepare select b from u", "BEGIN TRANSACTION", "execute select b from u"}));
    EXPECT_EQ(client.query("commit"), (Messages{"Done COMMIT", "Ready I"}));
    EXPECT_EQ(log(), (Log{"COMMIT"}));
}

TEST_F(SessionTest, EmptyTransactionNeverEntersTheEngine) {
    client.query("START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE");
    client.query("select 1");
    client.query("END");
    log();
    for (const char* sql : {"begin", "rollback", "begin work", "abort", "begin transaction", "end work"})
        client.query(sql);
    EXPECT_EQ(log(), Log{});
}

TEST_F(SessionTest, ErrorFailsTheBlockUntilItsEnd) {
    client.query("begin");
    client.query("insert into t values (1)");
    EXPECT_EQ(client.query("insert bad"), (Messages{"ERROR 23505 duplicate key", "Ready E"}));
    EXPECT_EQ(log().back(), "ROLLBACK");
    const std::string refused =
        "ERROR 25P02 current transaction is aborted, commands ignored until end of transaction block";
    EXPECT_EQ(client.query("select 1"), (Messages{refused, "Ready E"}));
    EXPECT_EQ(client.query("show timezone"), (Messages{refused, "Ready E"}));
    EXPECT_EQ(client.query("begin"), (Messages{refused, "Ready E"}));
    EXPECT_EQ(client.query("commit"), (Messages{"Done ROLLBACK", "Ready I"}));
    EXPECT_EQ(log(), Log{}) << "it was rolled back when it failed";
}

TEST_F(SessionTest, CachedConstantIsRefusedInAFailedBlock) {
    for (int i = 0; i < 3; ++i) client.query("select 1");
    client.query("begin");
    client.query("insert bad");
    EXPECT_EQ(client.query("select 1").front().substr(0, 11), "ERROR 25P02");
}

TEST_F(SessionTest, RollbackToTheEngineOnlyWhenItHasOne) {
    client.query("begin");
    client.query("insert into t values (1)");
    EXPECT_EQ(client.query("rollback"), (Messages{"Done ROLLBACK", "Ready I"}));
    EXPECT_EQ(log().back(), "ROLLBACK");
}

TEST_F(SessionTest, WarningsForBlocksThatAreNotThere) {
    EXPECT_EQ(client.query("commit"),
              (Messages{"WARNING 25P01 there is no transaction in progress", "Done COMMIT", "Ready I"}));
    EXPECT_EQ(client.query("rollback"),
              (Messages{"WARNING 25P01 there is no transaction in progress", "Done ROLLBACK", "Ready I"}));
    client.query("begin");
    EXPECT_EQ(client.query("begin"),
              (Messages{"WARNING 25001 there is already a transaction in progress", "Done BEGIN", "Ready T"}));
}

TEST_F(SessionTest, ChainBeginsTheNextBlock) {
    EXPECT_EQ(client.query("commit and chain").front(),
              "ERROR 25P01 COMMIT AND CHAIN can only be used in transaction blocks");
    client.query("begin isolation level serializable");
    EXPECT_EQ(client.query("commit and chain"), (Messages{"Done COMMIT", "Ready T"}));
    EXPECT_EQ(client.query("show transaction_isolation")[1], "Row serializable");
    EXPECT_EQ(client.query("rollback and no chain").back(), "Ready I");
}

TEST_F(SessionTest, BeginInsideAMessageMakesItsBlockExplicit) {
    EXPECT_EQ(client.query("insert into t values (1); begin; insert into t values (2)").back(), "Ready T");
    EXPECT_EQ(log().back(), "execute insert into t values (2)");
    client.query("rollback");
    EXPECT_EQ(log(), (Log{"ROLLBACK"}));
}

TEST_F(SessionTest, CommitInsideAMessageEndsWhatWasBefore) {
    client.query("begin; insert into t values (1); commit; insert bad");
    const Log entries = log();
    EXPECT_NE(std::ranges::find(entries, "COMMIT"), entries.end());
    EXPECT_EQ(client.query("select 1").back(), "Ready I");
}

TEST_F(SessionTest, ReadOnlyBlocksRefuseWrites) {
    client.query("begin read only");
    EXPECT_EQ(client.query("insert into t values (1)").front(),
              "ERROR 25006 cannot execute INSERT in a read-only transaction");
    client.query("rollback");
    client.query("set default_transaction_read_only = on");
    EXPECT_EQ(client.query("create table x (i int)").front(),
              "ERROR 25006 cannot execute CREATE TABLE in a read-only transaction");
    client.query("begin");
    log();
    client.query("select b from u");
    EXPECT_EQ(log()[1], "BEGIN TRANSACTION READ ONLY");
}

TEST_F(SessionTest, FailedCommitRollsBack) {
    stage.internal_errors["COMMIT"] = {sqlstate::kSerializationFailure, "conflict"};
    client.query("begin");
    client.query("insert into t values (1)");
    EXPECT_EQ(client.query("commit"), (Messages{"ERROR 40001 conflict", "Ready I"}));
}

TEST_F(SessionTest, SettingsFollowTheTransaction) {
    client.query("set application_name = 'one'");
    client.query("begin");
    client.query("set application_name = 'two'");
    EXPECT_EQ(client.query("rollback"), (Messages{"Done ROLLBACK", "Status application_name=one", "Ready I"}));
    client.query("begin");
    client.query("set application_name = 'three'");
    EXPECT_EQ(client.query("set local application_name = 'four'"),
              (Messages{"Done SET", "Status application_name=four", "Ready T"}));
    EXPECT_EQ(client.query("commit"), (Messages{"Done COMMIT", "Status application_name=three", "Ready I"}));
    EXPECT_EQ(client.query("set local application_name = 'x'").front(),
              "WARNING 25P01 SET LOCAL can only be used in transaction blocks");
    EXPECT_EQ(client.query("show application_name")[1], "Row three");
}

TEST_F(SessionTest, SetIsUndoneByAnErrorInItsBlock) {
    client.query("begin");
    client.query("set timezone = 'Europe/Prague'");
    EXPECT_EQ(client.query("insert bad"), (Messages{"ERROR 23505 duplicate key", "Status TimeZone=UTC", "Ready E"}));
}

}  // namespace
}  // namespace smew::pgsession::testing
