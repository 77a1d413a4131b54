#include "pgsession/session_fixture.hpp"

#include <algorithm>

namespace smew::pgsession::testing {
namespace {

using Log = std::vector<std::string>;

class SavepointTest : public SessionTest {
protected:
    std::string first(std::string_view sql) { return client.query(sql).front(); }
    bool restarted() {
        const Log entries = log();
        return std::ranges::find(entries, "RESTART") != entries.end();
    }
    std::size_t executed(const std::string& sql) {
        return static_cast<std::size_t>(std::ranges::count(log(), "execute " + sql));
    }
};

TEST_F(SavepointTest, NeedABlock) {
    EXPECT_EQ(first("savepoint a"), "ERROR 25P01 SAVEPOINT can only be used in transaction blocks");
    EXPECT_EQ(first("release a"), "ERROR 25P01 RELEASE SAVEPOINT can only be used in transaction blocks");
    EXPECT_EQ(first("rollback to a"), "ERROR 25P01 ROLLBACK TO SAVEPOINT can only be used in transaction blocks");
    EXPECT_EQ(first("select b from u; savepoint a").substr(0, 7), "Columns");
}

TEST_F(SavepointTest, NamesNestAndShadow) {
    client.query("begin");
    EXPECT_EQ(client.query("savepoint A"), (Messages{"Done SAVEPOINT", "Ready T"}));
    client.query("savepoint b");
    client.query("savepoint a");
    EXPECT_EQ(first("release savepoint a"), "Done RELEASE") << "the later of the two";
    EXPECT_EQ(first("rollback work to savepoint b"), "Done ROLLBACK");
    EXPECT_EQ(first("rollback to a"), "Done ROLLBACK");
    EXPECT_EQ(first("rollback to b"), "ERROR 3B001 savepoint \"b\" does not exist") << "it went with a";
    EXPECT_EQ(first("release a").substr(0, 11), "ERROR 25P02");
    EXPECT_EQ(client.query("rollback to a"), (Messages{"Done ROLLBACK", "Ready T"}));
    EXPECT_EQ(first("savepoint savepoint"), "Done SAVEPOINT");
    EXPECT_EQ(first("release savepoint"), "Done RELEASE");
    EXPECT_EQ(first("savepoint"), "ERROR 42601 syntax error at end of input");
}

TEST_F(SavepointTest, NothingToUndoAsksNothingOfTheEngine) {
    client.query("begin");
    client.query("select b from u");
    client.query("savepoint a");
    client.query("select b from u");
    log();
    EXPECT_EQ(client.query("rollback to a").back(), "Ready T");
    EXPECT_EQ(log(), Log{});
}

TEST_F(SavepointTest, FailedReadLeavesTheTransactionAsItWas) {
    stage.scripts["select bad"] = {.columns = {"a"},
                                   .execute_error = Error{sqlstate::kDivisionByZero, "division by zero"}};
    client.query("begin");
    client.query("insert into t values (1)");
    client.query("savepoint a");
    EXPECT_EQ(client.query("select bad").back(), "Ready E");
    EXPECT_EQ(first("select b from u").substr(0, 11), "ERROR 25P02");
    EXPECT_EQ(client.query("rollback to a").back(), "Ready T");
    EXPECT_FALSE(restarted());
    EXPECT_EQ(first("commit"), "Done COMMIT");
}

TEST_F(SavepointTest, ChangesBehindTheFirstSavepointAreUndoneByStartingAnew) {
    client.query("begin");
    client.query("savepoint a");
    client.query("insert into t values (1)");
    log();
    EXPECT_EQ(first("rollback to a"), "Done ROLLBACK");
    EXPECT_EQ(log(), (Log{"RESTART", "BEGIN TRANSACTION"}));
}

TEST_F(SavepointTest, ChangesBeforeTheSavepointAreMadeAgain) {
    client.query("begin");
    client.query("insert into t values (1)");
    client.query("savepoint a");
    EXPECT_EQ(client.query("insert bad").back(), "Ready E");
    log();
    EXPECT_EQ(client.query("rollback to a").back(), "Ready T");
    EXPECT_EQ(executed("insert into t values (1)"), 1U);
    client.query("insert into t values (2)");
    client.query("savepoint b");
    client.query("insert bad");
    log();
    client.query("rollback to b");
    const Log again = log();
    EXPECT_EQ(std::ranges::count(again, "execute insert into t values (1)"), 1);
    EXPECT_EQ(std::ranges::count(again, "execute insert into t values (2)"), 1);
    EXPECT_EQ(first("commit"), "Done COMMIT");
}

TEST_F(SavepointTest, WhatCannotBeRepeatedIsRefused) {
    stage.scripts["insert random"] = {.kind = StatementKind::kInsert, .affected = 1, .repeatable = false};
    client.query("begin");
    client.query("savepoint before");
    client.query("insert random");
    client.query("savepoint a");
    client.query("insert bad");
    EXPECT_EQ(client.query("rollback to a"), (Messages{"ERROR 0A000 cannot roll back to savepoint \"a\"", "Ready E"}));
    EXPECT_EQ(client.query("rollback to before").back(), "Ready T") << "nothing has to be made again for that one";
    EXPECT_EQ(first("commit"), "Done COMMIT");
}

TEST_F(SavepointTest, RepetitionIsRefusedWhenOthersHaveCommitted) {
    client.query("begin");
    client.query("insert into t values (1)");
    client.query("savepoint a");
    client.query("insert bad");
    TestClient other(instance);
    other.start();
    other.query("insert into t values (2)");
    EXPECT_EQ(first("rollback to a").substr(0, 11), "ERROR 40001");
    EXPECT_EQ(client.query("rollback to a").back(), "Ready E");
    EXPECT_EQ(client.query("commit"), (Messages{"Done ROLLBACK", "Ready I"}));
}

TEST_F(SavepointTest, SnapshotOfAHigherLevelIsNotReplaced) {
    client.query("begin isolation level repeatable read");
    client.query("select b from u");
    client.query("savepoint a");
    client.query("insert into t values (1)");
    EXPECT_EQ(first("rollback to a").substr(0, 11), "ERROR 0A000");
    client.query("rollback");
    client.query("begin isolation level repeatable read");
    client.query("savepoint a");
    client.query("insert into t values (1)");
    EXPECT_EQ(first("rollback to a"), "Done ROLLBACK") << "there was no snapshot yet";
}

TEST_F(SavepointTest, SettingsGoBackToo) {
    client.query("begin");
    client.query("set application_name = 'one'");
    client.query("savepoint a");
    client.query("set application_name = 'two'");
    client.query("set my.own = 'x'");
    EXPECT_EQ(client.query("rollback to a"), (Messages{"Done ROLLBACK", "Status application_name=one", "Ready T"}));
    EXPECT_EQ(first("show my.own").substr(0, 11), "ERROR 42704");
    client.query("rollback to a");
    client.query("commit");
    EXPECT_EQ(client.query("show application_name")[1], "Row one");
}

TEST_F(SavepointTest, CursorsFromBeforeItLiveOn) {
    client.query("begin");
    client.query("declare c cursor for select a from t");
    EXPECT_EQ(client.query("fetch 2 from c")[2], "Row 2");
    client.query("savepoint a");
    client.query("declare d cursor for select b from u");
    client.query("insert bad");
    EXPECT_EQ(client.query("rollback to a").back(), "Ready T");
    EXPECT_EQ(client.query("fetch 1 from c")[1], "Row 3");
    EXPECT_EQ(first("fetch 1 from d").substr(0, 11), "ERROR 34000");
}

}  // namespace
}  // namespace smew::pgsession::testing
