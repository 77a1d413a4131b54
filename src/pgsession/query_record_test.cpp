// What the session records of its statements: one record each, whatever the protocol and however they end.
#include "pgsession/session_fixture.hpp"
#include "pgsession/statement_recorder.hpp"
#include "pgsession/traceparent.hpp"

#include <algorithm>

namespace smew::pgsession::testing {
namespace {

using link::QueryRecord;
using link::QueryStatus;

class QueryRecordTest : public SessionTest {
protected:
    QueryRecordTest() {
        group.observation.set({.records = true, .max_query_bytes = 100, .slow_threshold_ms = 60'000});
        link::AdoptSession info = TestClient::default_info();
        info.parameters = {{"application_name", "tests"}};
        watched = std::make_unique<TestClient>(instance, info, SessionLimits{}, group);
        watched->start();
        watched->events.records.clear();
    }
    // Of the last exchange.
    std::vector<QueryRecord> records() { return std::exchange(watched->events.records, {}); }
    QueryRecord only() {
        const auto all = records();
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? QueryRecord{} : all.front();
    }
    QueryRecord of(std::string_view sql) {
        watched->query(sql);
        return only();
    }
    std::vector<std::string> texts() {
        std::vector<std::string> found;
        for (const QueryRecord& record : records()) found.push_back(record.query);
        return found;
    }

    SessionGroup group;
    std::unique_ptr<TestClient> watched;
};

TEST_F(QueryRecordTest, OfASimpleQueryHasAllThereIsToTell) {
    const Messages answer = watched->query("select a from t");
    const QueryRecord record = only();
    EXPECT_EQ(record.session.value(), "sess_1");
    EXPECT_EQ(record.number, 1U);
    EXPECT_EQ(record.user, "ws_1_user");
    EXPECT_EQ(record.client_address, "127.0.0.1");
    EXPECT_EQ(record.application_name, "tests");
    EXPECT_EQ(record.door, link::Door::kPgwire);
    EXPECT_GT(record.started_at_us, 1'700'000'000'000'000);
    EXPECT_EQ(record.rows_returned, 5U);
    EXPECT_EQ(record.rows_affected, 0U);
    EXPECT_EQ(record.status, QueryStatus::kSuccess);
    EXPECT_EQ(record.sqlstate, sqlstate::kSuccess);
    EXPECT_EQ(record.command_tag, "SELECT 5");
    EXPECT_EQ(record.query, "select a from t");
    EXPECT_EQ(record.query_bytes, 15U);
    EXPECT_FALSE(record.slow);
    // RowDescription of one column, five rows of one digit, CommandComplete; ReadyForQuery is of the message.
    EXPECT_EQ(record.bytes_returned, 27U + 5 * 12 + 14);
}

TEST_F(QueryRecordTest, CountsOnlyTheBytesOfItsOwnStatement) {
    const std::uint64_t once = of("select a from t").bytes_returned;
    EXPECT_EQ(of("select a from t").bytes_returned, once);
    watched->query("select 1");
    EXPECT_EQ(watched->query("select 1").size(), 4U);  // kept from before
    const auto constant = records();
    ASSERT_EQ(constant.size(), 2U);
    EXPECT_EQ(constant[0].bytes_returned, constant[1].bytes_returned);
    EXPECT_EQ(constant[1].rows_returned, 1U);
    EXPECT_EQ(constant[1].command_tag, "SELECT 1");
}

TEST_F(QueryRecordTest, OfEachStatementOfAMessage) {
    watched->query("select a from t; insert into t values (1) /* two */;select b from u");
    EXPECT_EQ(texts(),
              (std::vector<std::string>{"select a from t", "insert into t values (1) /* two */", "select b from u"}));
    watched->query("select a from t; insert bad; select b from u");
    const auto failed = records();
    ASSERT_EQ(failed.size(), 2U);
    EXPECT_EQ(failed[1].status, QueryStatus::kError);
    EXPECT_EQ(failed[1].query, "insert bad");
}

TEST_F(QueryRecordTest, OfWhatFailsWasRefusedOrCannotBeParsed) {
    const QueryRecord failed = of("insert bad");
    EXPECT_EQ(failed.status, QueryStatus::kError);
    EXPECT_EQ(failed.sqlstate, sqlstate::kUniqueViolation);
    EXPECT_EQ(failed.error, "duplicate key");
    EXPECT_EQ(failed.command_tag, "");
    EXPECT_EQ(of("select broken").sqlstate, sqlstate::kUndefinedColumn);
    const QueryRecord late = of("select late");
    EXPECT_EQ(late.sqlstate, sqlstate::kDivisionByZero);
    EXPECT_EQ(of("create role x").status, QueryStatus::kError);
    watched->query("begin; select broken");
    EXPECT_EQ(records().back().query, "select broken");
    EXPECT_EQ(of("select a from t").sqlstate, sqlstate::kInFailedTransaction);
}

TEST_F(QueryRecordTest, OfSessionCommands) {
    EXPECT_EQ(of("begin").command_tag, "BEGIN");
    EXPECT_EQ(of("set application_name = 'other'").command_tag, "SET");
    const QueryRecord show = of("show application_name");
    EXPECT_EQ(show.rows_returned, 1U);
    EXPECT_EQ(show.application_name, "other");
    EXPECT_EQ(of("rollback").command_tag, "ROLLBACK");
    EXPECT_EQ(of("show application_name").application_name, "tests");
}

TEST_F(QueryRecordTest, OfChangesSayHowManyRows) {
    const QueryRecord insert = of("insert into t values (1)");
    EXPECT_EQ(insert.rows_affected, 1U);
    EXPECT_EQ(insert.rows_returned, 0U);
    EXPECT_EQ(rows_affected("UPDATE 12", 0), 12U);
    EXPECT_EQ(rows_affected("DELETE 3", 3), 3U);
    EXPECT_EQ(rows_affected("COPY 7", 0), 7U);
    EXPECT_EQ(rows_affected("COPY 7", 7), 0U);
    EXPECT_EQ(rows_affected("SELECT 9", 0), 9U);
    EXPECT_EQ(rows_affected("SELECT 9", 9), 0U);
    EXPECT_EQ(rows_affected("SET", 0), 0U);
}

TEST_F(QueryRecordTest, OfAnExecuteNotOfItsParts) {
    pg::Bind bind;
    watched->add(pg::Parse{"", "select a from t", {}}).add(bind).add(pg::Describe{pg::Target::kPortal, ""});
    watched->add(pg::Execute{"", 0}).add(pg::Sync{}).exchange();
    const QueryRecord record = only();
    EXPECT_EQ(record.query, "select a from t");
    EXPECT_EQ(record.rows_returned, 5U);
    EXPECT_EQ(record.bytes_returned, 5U * 12 + 14);
}

// As drivers prepare that append their caller's trace to each text: one plan for all, and each its own trace.
TEST_F(QueryRecordTest, OfPreparedTextsThatDifferInTheirTracesOnly) {
    for (const std::string digit : {"1", "2", "3", "4"}) {
        const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e473" + digit + "-00f067aa0ba902b7-01";
        const std::string text = "select a from t /*traceparent='" + parent + "'*/";
        watched->add(pg::Parse{"s" + digit, text, {}}).add(pg::Bind{"", "s" + digit, {}, {}, {}});
        watched->add(pg::Execute{"", 0}).add(pg::Sync{}).exchange();
        const QueryRecord record = only();
        EXPECT_EQ(record.traceparent, parent);
        EXPECT_EQ(record.query, text);
    }
    // A text is kept from its second time on.
    EXPECT_EQ(std::ranges::count(log(), "prepare select a from t"), 2);
}

TEST_F(QueryRecordTest, OfASuspendedPortalAtItsEnd) {
    watched->add(pg::Parse{"", "select a from t", {}}).add(pg::Bind{}).add(pg::Execute{"", 2}).exchange();
    EXPECT_TRUE(records().empty());
    watched->add(pg::Execute{"", 2}).exchange();
    EXPECT_TRUE(records().empty());
    watched->add(pg::Execute{"", 2}).add(pg::Sync{}).exchange();
    const QueryRecord record = only();
    EXPECT_EQ(record.rows_returned, 5U);
    EXPECT_EQ(record.bytes_returned, 5U * 12 + 2 * 5 + 14);  // with two PortalSuspended
}

TEST_F(QueryRecordTest, OfParseAndBindWhenTheyFail) {
    watched->add(pg::Parse{"", "select broken", {}}).add(pg::Bind{}).add(pg::Execute{"", 0}).add(pg::Sync{});
    watched->exchange();
    EXPECT_EQ(only().query, "select broken");
    watched->add(pg::Parse{"", "select $1", {}}).add(pg::Bind{}).add(pg::Sync{}).exchange();
    const QueryRecord bind = only();
    EXPECT_EQ(bind.query, "select $1");
    EXPECT_EQ(bind.sqlstate, sqlstate::kProtocolViolation);
    // Nothing is known of what it was to be.
    watched->add(pg::Execute{"nowhere", 0}).add(pg::Sync{}).exchange();
    EXPECT_TRUE(records().empty());
}

TEST_F(QueryRecordTest, OfACopyThatIsAbandoned) {
    stage.scripts["t"] = {.columns = {"a", "b"}};
    watched->query("copy t from stdin");
    EXPECT_TRUE(records().empty());
    watched->add(pg::CopyData{as_bytes("1\t2\n")}).add(pg::CopyDone{}).exchange();
    const QueryRecord copy = only();
    EXPECT_EQ(copy.query, "copy t from stdin");
    EXPECT_EQ(copy.rows_affected, 1U);
    watched->query("copy t from stdin");
    watched->close();
    watched->session().run();
    EXPECT_EQ(only().status, QueryStatus::kCancelled);
}

TEST_F(QueryRecordTest, TextsAreCutBetweenCharacters) {
    const std::string sql = "select '" + std::string(91, 'x') + "\u00e9' broken";
    const QueryRecord record = of(sql);
    EXPECT_EQ(record.query.size(), 99U);
    EXPECT_EQ(record.query_bytes, sql.size());
}

TEST_F(QueryRecordTest, WithoutTheAuditOnlyFailedAndSlowOnesAreMade) {
    group.observation.set({.records = false, .slow_threshold_ms = 60'000});
    watched->query("select a from t");
    EXPECT_TRUE(records().empty());
    EXPECT_EQ(of("insert bad").status, QueryStatus::kError);
    // The session's own statement is judged by what holds at its end.
    group.observation.set({.records = false, .slow_threshold_ms = 0});
    watched->query("select a from t");
    EXPECT_TRUE(records().empty());
}

TEST_F(QueryRecordTest, SessionsOfTheGatewaysOwnAreNotRecorded) {
    link::AdoptSession info = TestClient::default_info();
    info.door = link::Door::kInternal;
    TestClient internal(instance, info, SessionLimits{}, group);
    internal.start();
    internal.query("insert bad");
    EXPECT_TRUE(internal.events.records.empty());
    EXPECT_FALSE(internal.events.outcomes.empty());
}

TEST_F(QueryRecordTest, ActivityShowsWhatRanLast) {
    EXPECT_EQ(watched->session().activity().state, link::SessionState::kIdle);
    watched->query("begin; select a from t");
    const link::SessionActivity now = watched->session().activity();
    EXPECT_EQ(now.state, link::SessionState::kIdleInTransaction);
    EXPECT_EQ(now.query, "select a from t");
    EXPECT_EQ(now.application_name, "tests");
    EXPECT_GT(now.query_started_us, 0);
    EXPECT_GE(now.state_since_us, now.query_started_us);
    EXPECT_GT(now.bytes_sent, 0U);
    watched->query("select broken");
    EXPECT_EQ(watched->session().activity().state, link::SessionState::kIdleInFailedTransaction);
}

TEST(Traceparent, IsFoundInCommentsAtBothEnds) {
    const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    EXPECT_EQ(statement_traceparent("select 1 /*action='x',traceparent='" + parent + "'*/ ;"), parent);
    EXPECT_EQ(statement_traceparent("/* traceparent=" + parent + " */ select 1"), parent);
    EXPECT_EQ(statement_traceparent("select 'traceparent=" + parent + "'"), "");
    EXPECT_EQ(
        statement_traceparent("select 1 /*traceparent='00-00000000000000000000000000000000-00f067aa0ba902b7-01'*/"),
        "");
    EXPECT_EQ(statement_traceparent("select 1 /*traceparent='00-4bf9'*/"), "");
    EXPECT_EQ(statement_traceparent("select 1 */"), "");
    EXPECT_EQ(find_traceparent("psql traceparent=" + parent), parent);
    EXPECT_EQ(find_traceparent(parent), parent);
    EXPECT_EQ(find_traceparent("psql"), "");
}

TEST(Traceparent, ACommentIsCutWhereThatChangesNothing) {
    const std::string comment = "/*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'*/";
    EXPECT_EQ(without_traceparent("select 1 " + comment), "select 1");
    EXPECT_EQ(without_traceparent("select 1" + comment + " ;\n"), "select 1");
    EXPECT_EQ(without_traceparent(comment), "");
    EXPECT_EQ(without_traceparent(""), "");
    EXPECT_EQ(without_traceparent("*/"), "*/");
    for (const std::string& kept :
         {std::string("select 1 /* why */"), "select 1 /* a " + comment + " */", comment + " select 1",
          "select '" + comment + "'", "select 1 /*\xff" + comment.substr(2)}) {
        EXPECT_EQ(without_traceparent(kept), kept);
    }
}

}  // namespace
}  // namespace smew::pgsession::testing
