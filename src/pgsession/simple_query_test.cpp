#include "pgsession/session_fixture.hpp"

namespace smew::pgsession::testing {
namespace {

using Log = std::vector<std::string>;

TEST_F(SessionTest, SelectGivesColumnsRowsTagAndReady) {
    EXPECT_EQ(client.query("select a from t"),
              (Messages{"Columns a:23", "Row 1", "Row 2", "Row 3", "Row 4", "Row 5", "Done SELECT 5", "Ready I"}));
}

TEST_F(SessionTest, AnswerIsExactToTheByte) {
    client.add(pg::Query{"select 1"}).exchange();
    client.add(pg::Query{"select 1"}).send();
    client.session().run();
    const std::string expected(
        "T\0\0\0\x1a\0\x01"
        "1\0\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0"
        "D\0\0\0\x0b\0\x01\0\0\0\x01"
        "1"
        "C\0\0\0\rSELECT 1\0"
        "Z\0\0\0\x05I",
        27 + 12 + 14 + 6);
    const auto bytes = client.take_bytes();
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), expected);
}

TEST_F(SessionTest, EmptyAndBlankQueries) {
    EXPECT_EQ(client.query(""), (Messages{"Empty", "Ready I"}));
    EXPECT_EQ(client.query(" ;; -- nothing\n /* /* */ */ ;"), (Messages{"Empty", "Ready I"}));
}

TEST_F(SessionTest, SemicolonsInsideQuotesDoNotSplit) {
    stage.scripts["select ';' , $$;$$, E'\\';' as \";\""] = {.columns = {"x"}, .rows = {{1}}};
    EXPECT_EQ(client.query("select ';' , $$;$$, E'\\';' as \";\";"),
              (Messages{"Columns x:23", "Row 1", "Done SELECT 1", "Ready I"}));
}

TEST_F(SessionTest, RepeatedConstantNeverEntersTheEngine) {
    client.query("select 1");
    client.query("select 1");
    client.query("select 1");
    stage.take_log();
    EXPECT_EQ(client.query("select 1"), (Messages{"Columns 1:23", "Row 1", "Done SELECT 1", "Ready I"}));
    EXPECT_EQ(log(), Log{});
    EXPECT_EQ(client.session().statements(), 4U);
}

TEST_F(SessionTest, RepeatedStatementIsPreparedNoMoreOnceKnown) {
    client.query("select a from t");
    client.query("select a from t");
    stage.take_log();
    client.query("select a from t");
    EXPECT_EQ(log(), (Log{"execute select a from t"}));
}

TEST_F(SessionTest, ChangedSettingsDropConstantAnswers) {
    for (int i = 0; i < 3; ++i) client.query("select 1");
    client.query("set extra_float_digits = 0");
    stage.take_log();
    client.query("select 1");
    EXPECT_EQ(log(), (Log{"execute select 1"}));
}

TEST_F(SessionTest, ChangedResultColumnsAreDescribedAnewForSimpleQueries) {
    for (int i = 0; i < 3; ++i) client.query("select b from u");
    stage.scripts["select b from u"] = {.columns = {"b", "c"}, .rows = {{7, 8}}};
    EXPECT_EQ(client.query("select b from u"), (Messages{"Columns b:23 c:23", "Row 7|8", "Done SELECT 1", "Ready I"}));
}

TEST_F(SessionTest, ErrorEndsTheMessageAndTellsWhere) {
    EXPECT_EQ(client.query("select broken"), (Messages{"ERROR 42703 no column broken", "Ready I"}));
    EXPECT_EQ(client.events.outcomes, (std::vector{StatementOutcome::kError}));
}

TEST_F(SessionTest, PositionCountsFromTheStartOfTheMessage) {
    client.add(pg::Query{"select 1; /* ü */ select broken"}).send();
    client.session().run();
    const auto bytes = client.take_bytes();
    const std::string text(bytes.begin(), bytes.end());
    EXPECT_NE(text.find(std::string("P26\0", 4)), std::string::npos) << "8 in the statement, behind 18 characters";
}

TEST_F(SessionTest, ErrorAfterRowsComesBehindThem) {
    EXPECT_EQ(client.query("select late"),
              (Messages{"Columns a:23", "Row 1", "ERROR 22012 division by zero", "Ready I"}));
}

TEST_F(SessionTest, SeveralStatementsAreOneTransaction) {
    EXPECT_EQ(client.query("insert into t values (1); select b from u; insert into t values (2)"),
              (Messages{"Done INSERT 0 1", "Columns b:23", "Row 7", "Done SELECT 1", "Done INSERT 0 1", "Ready I"}));
    EXPECT_EQ(log(), (Log{"prepare insert into t values (1)", "BEGIN TRANSACTION", "execute insert into t values (1)",
                          "prepare select b from u", "execute select b from u", "prepare insert into t values (2)",
                          "execute insert into t values (2)", "COMMIT"}));
}

TEST_F(SessionTest, SeveralStatementsFailTogether) {
    EXPECT_EQ(client.query("insert into t values (1); insert bad; insert into t values (2)"),
              (Messages{"Done INSERT 0 1", "ERROR 23505 duplicate key", "Ready I"}));
    EXPECT_EQ(log().back(), "ROLLBACK");
}

TEST_F(SessionTest, NothingRunsWhenOneStatementDoesNotParse) {
    EXPECT_EQ(client.query("insert into t values (1); nonsense").front(), "ERROR 42601 no script for: nonsense");
    EXPECT_EQ(log(), Log{});
}

TEST_F(SessionTest, FailedCommitOfAMessageIsTold) {
    stage.internal_errors["COMMIT"] = {sqlstate::kSerializationFailure, "conflict"};
    EXPECT_EQ(client.query("insert into t values (1); insert into t values (2)"),
              (Messages{"Done INSERT 0 1", "ERROR 40001 conflict", "Ready I"}));
}

TEST_F(SessionTest, SingleWriteNeedsNoTransactionOfOurs) {
    EXPECT_EQ(client.query("insert into t values (1)"), (Messages{"Done INSERT 0 1", "Ready I"}));
    EXPECT_EQ(log(), (Log{"prepare insert into t values (1)", "execute insert into t values (1)"}));
}

TEST_F(SessionTest, TagsCarryTheirCounts) {
    stage.scripts["update t"] = {.kind = StatementKind::kUpdate, .affected = 3};
    stage.scripts["delete t"] = {.kind = StatementKind::kDelete, .affected = 0};
    stage.scripts["create table y as"] = {.kind = StatementKind::kCreateTableAs, .affected = 12};
    stage.scripts["insert returning"] = {.kind = StatementKind::kInsert, .columns = {"id"}, .rows = {{5}, {6}}};
    EXPECT_EQ(client.query("update t").front(), "Done UPDATE 3");
    EXPECT_EQ(client.query("delete t").front(), "Done DELETE 0");
    EXPECT_EQ(client.query("create table y as").front(), "Done SELECT 12");
    EXPECT_EQ(client.query("create table x (i int)").front(), "Done CREATE TABLE");
    EXPECT_EQ(client.query("insert returning"),
              (Messages{"Columns id:23", "Row 5", "Row 6", "Done INSERT 0 2", "Ready I"}));
}

TEST_F(SessionTest, NullsAndManyRowsStreamThroughSmallBuffers) {
    Script& script = stage.scripts["select many"];
    script.columns = {"a", "b"};
    script.chunk_rows = 2'048;
    for (std::int32_t i = 0; i < 20'000; ++i) script.rows.push_back({i, kNullValue});
    const Messages messages = client.add(pg::Query{"select many"}).exchange_reading();
    ASSERT_EQ(messages.size(), 20'003U);
    EXPECT_EQ(messages[1], "Row 0|NULL");
    EXPECT_EQ(messages[20'000], "Row 19999|NULL");
    EXPECT_EQ(messages[20'001], "Done SELECT 20000");
}

TEST_F(SessionTest, BadUtf8AndZeroBytesAreRefused) {
    EXPECT_EQ(client.query("select '\xff\xfe'").front(),
              "ERROR 22021 invalid byte sequence for encoding \"UTF8\": 0xff");
    EXPECT_EQ(client.query("select '\xed\xa0\x80'").front(),
              "ERROR 22021 invalid byte sequence for encoding \"UTF8\": 0xed 0xa0 0x80");
    EXPECT_EQ(client.query("select '\xc3").front(), "ERROR 22021 invalid byte sequence for encoding \"UTF8\": 0xc3");
    // A zero inside the query is a left-over behind its string.
    client.add_raw(std::string("Q\0\0\0\x0dselect\0 1\0", 14));
    EXPECT_EQ(client.exchange().front().substr(0, 11), "ERROR 08P01");
    EXPECT_EQ(client.query("select 1").back(), "Ready I");
}

TEST_F(SessionTest, OutcomesAreRecorded) {
    client.query("select 1");
    client.query("insert bad");
    client.query("begin");
    using enum StatementOutcome;
    EXPECT_EQ(client.events.outcomes, (std::vector{kSuccess, kError, kSuccess}));
    EXPECT_EQ(client.events.bytes, client.session().bytes_sent());
}

}  // namespace
}  // namespace smew::pgsession::testing
