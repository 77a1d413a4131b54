#include "core/byte_io.hpp"
#include "pgsession/session_fixture.hpp"

namespace smew::pgsession::testing {
namespace {

using Log = std::vector<std::string>;

pg::Bind bind(std::string_view portal, std::string_view statement) {
    pg::Bind message;
    message.portal = portal;
    message.statement = statement;
    return message;
}

TEST_F(SessionTest, ParseBindDescribeExecuteSync) {
    client.add(pg::Parse{"", "select b from u", {}}).add(bind("", "")).add(pg::Describe{pg::Target::kPortal, ""});
    client.add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Parsed", "Bound", "Columns b:23", "Row 7", "Done SELECT 1", "Ready I"}));
}

TEST_F(SessionTest, DescribeRunsNothing) {
    client.add(pg::Parse{"s", "select $1", {}}).add(pg::Describe{pg::Target::kStatement, "s"}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Parsed", "Parameters 23", "Columns x:23", "Ready I"}));
    client.add(pg::Parse{"i", "insert into t values (1)", {}})
        .add(pg::Describe{pg::Target::kStatement, "i"})
        .add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Parsed", "Parameters", "NoData", "Ready I"}));
    EXPECT_EQ(log(), (Log{"prepare select $1", "prepare insert into t values (1)"}));
}

TEST_F(SessionTest, FormatsChooseTextOrBinaryForEachColumn) {
    stage.scripts["select two"] = {.columns = {"a", "b"}, .rows = {{1, 2}}};
    pg::Bind message = bind("", "");
    message.result_formats = {pg::Format::kText, pg::Format::kBinary};
    client.add(pg::Parse{"", "select two", {}}).add(message).add(pg::Describe{pg::Target::kPortal, ""});
    client.add(pg::Execute{"", 0}).add(pg::Sync{});
    const Messages messages = client.exchange();
    EXPECT_EQ(messages[2], "Columns a:23 b:23b");
    EXPECT_EQ(messages[3], std::string("Row 1|\0\0\0\2", 10));
    message.result_formats = {pg::Format::kText, pg::Format::kBinary, pg::Format::kText};
    EXPECT_EQ(client.add(message).add(pg::Sync{}).exchange().front(),
              "ERROR 08P01 bind message has 3 result formats but query has 2 columns");
}

TEST_F(SessionTest, ParametersAreDecodedByTheirTypes) {
    const std::string binary("\0\0\0\x2a", 4);
    pg::Bind message = bind("", "s");
    message.parameters = {as_bytes(binary)};
    message.parameter_formats = {pg::Format::kBinary};
    client.add(pg::Parse{"s", "select $1", {}}).add(message).add(pg::Execute{"", 0});
    message.parameter_formats = {};
    message.parameters = {as_bytes("17")};
    client.add(message).add(pg::Execute{"", 0});
    message.parameters = {std::nullopt};
    client.add(message).add(pg::Execute{"", 0}).add(pg::Sync{});
    client.exchange();
    ASSERT_EQ(stage.bound.size(), 3U);
    EXPECT_EQ(std::get<std::int32_t>(stage.bound[0][0]), 42);
    EXPECT_EQ(std::get<engine::TextValue>(stage.bound[1][0]).text, "17");
    EXPECT_TRUE(std::holds_alternative<engine::Null>(stage.bound[2][0]));
}

TEST_F(SessionTest, StatedTypesCountEvenWhenUnused) {
    pg::Bind message = bind("", "s");
    message.parameters = {as_bytes("1"), as_bytes("x")};
    client.add(pg::Parse{"s", "select $1", {0, 25}}).add(pg::Describe{pg::Target::kStatement, "s"}).add(message);
    client.add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(),
              (Messages{"Parsed", "Parameters 23 25", "Columns x:23", "Bound", "Row 9", "Done SELECT 1", "Ready I"}));
    EXPECT_EQ(stage.bound.back().size(), 1U);
}

TEST_F(SessionTest, BindCountsMustMatch) {
    pg::Bind message = bind("", "s");
    client.add(pg::Parse{"s", "select $1", {}}).add(message).add(pg::Sync{});
    EXPECT_EQ(client.exchange()[1],
              "ERROR 08P01 bind message supplies 0 parameters, but prepared statement \"s\" requires 1");
    message.parameters.assign(65'535, as_bytes("1"));
    EXPECT_EQ(client.add(message).add(pg::Sync{}).exchange().front(),
              "ERROR 08P01 bind message supplies 65535 parameters, but prepared statement \"s\" requires 1");
    message.parameters = {as_bytes("\xff")};
    EXPECT_EQ(client.add(message).add(pg::Sync{}).exchange().front().substr(0, 11), "ERROR 22021");
    message.parameters = {as_bytes("12")};
    message.parameter_formats = {pg::Format::kBinary};
    EXPECT_EQ(client.add(message).add(pg::Sync{}).exchange().front(),
              "ERROR 22P03 incorrect binary data format in bind parameter 1");
}

TEST_F(SessionTest, MissingNamesHaveTheirCodes) {
    EXPECT_EQ(client.add(bind("", "")).add(pg::Sync{}).exchange().front(),
              "ERROR 26000 unnamed prepared statement does not exist");
    EXPECT_EQ(client.add(bind("", "x")).add(pg::Sync{}).exchange().front(),
              "ERROR 26000 prepared statement \"x\" does not exist");
    EXPECT_EQ(client.add(pg::Execute{"p", 0}).add(pg::Sync{}).exchange().front(),
              "ERROR 34000 portal \"p\" does not exist");
    EXPECT_EQ(client.add(pg::Describe{pg::Target::kPortal, "p"}).add(pg::Sync{}).exchange().front(),
              "ERROR 34000 portal \"p\" does not exist");
    EXPECT_EQ(client.add(pg::Close{pg::Target::kStatement, "x"}).add(pg::Sync{}).exchange(),
              (Messages{"Closed", "Ready I"}));
}

TEST_F(SessionTest, NamesAreTakenOnce) {
    client.add(pg::Parse{"s", "select 1", {}}).add(pg::Sync{}).exchange();
    EXPECT_EQ(client.add(pg::Parse{"s", "select 1", {}}).add(pg::Sync{}).exchange().front(),
              "ERROR 42P05 prepared statement \"s\" already exists");
    client.add(bind("p", "s")).add(bind("p", "s")).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Bound", "ERROR 42P03 cursor \"p\" already exists", "Ready I"}));
    client.add(pg::Close{pg::Target::kStatement, "s"}).add(pg::Parse{"s", "select b from u", {}}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Closed", "Parsed", "Ready I"}));
}

TEST_F(SessionTest, EmptyAndSeveralStatements) {
    client.add(pg::Parse{"", " ; ", {}}).add(bind("", "")).add(pg::Describe{pg::Target::kPortal, ""});
    client.add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Parsed", "Bound", "NoData", "Empty", "Ready I"}));
    EXPECT_EQ(client.add(pg::Parse{"", "select 1; select 1", {}}).add(pg::Sync{}).exchange().front(),
              "ERROR 42601 cannot insert multiple commands into a prepared statement");
}

TEST_F(SessionTest, ErrorSkipsEverythingUpToSync) {
    client.add(pg::Parse{"", "select broken", {}}).add(bind("", "")).add(pg::Execute{"", 0}).add(pg::Query{"select 1"});
    client.add(pg::Flush{}).add(pg::Sync{}).add(pg::Query{"select 1"});
    EXPECT_EQ(client.exchange(), (Messages{"ERROR 42703 no column broken", "Ready I", "Columns 1:23", "Row 1",
                                           "Done SELECT 1", "Ready I"}));
}

TEST_F(SessionTest, SimpleQueryForgetsTheUnnamedStatement) {
    client.add(pg::Parse{"", "select 1", {}}).add(pg::Sync{}).exchange();
    client.query("select 1");
    EXPECT_EQ(client.add(bind("", "")).add(pg::Sync{}).exchange().front().substr(0, 11), "ERROR 26000");
}

TEST_F(SessionTest, RowLimitSuspendsAndResumes) {
    client.query("begin");
    client.add(pg::Parse{"", "select a from t", {}}).add(bind("p", "")).add(pg::Execute{"p", 2}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Parsed", "Bound", "Row 1", "Row 2", "Suspended", "Ready T"}));
    EXPECT_EQ(client.add(pg::Execute{"p", 2}).add(pg::Sync{}).exchange(),
              (Messages{"Row 3", "Row 4", "Suspended", "Ready T"}));
    EXPECT_EQ(client.add(pg::Execute{"p", 2}).add(pg::Sync{}).exchange(),
              (Messages{"Row 5", "Done SELECT 1", "Ready T"}));
    EXPECT_EQ(client.add(pg::Execute{"p", 2}).add(pg::Sync{}).exchange(), (Messages{"Done SELECT 0", "Ready T"}));
}

TEST_F(SessionTest, LimitEqualToTheRowsSuspends) {
    client.add(pg::Parse{"", "select a from t", {}}).add(bind("", "")).add(pg::Execute{"", 5}).add(pg::Execute{"", 5});
    EXPECT_EQ(client.add(pg::Sync{}).exchange(), (Messages{"Parsed", "Bound", "Row 1", "Row 2", "Row 3", "Row 4",
                                                           "Row 5", "Suspended", "Done SELECT 0", "Ready I"}));
}

TEST_F(SessionTest, SuspendedPortalSurvivesOtherStatements) {
    client.query("begin");
    client.add(pg::Parse{"", "select a from t", {}})
        .add(bind("p", ""))
        .add(pg::Execute{"p", 1})
        .add(pg::Sync{})
        .exchange();
    EXPECT_EQ(client.query("select b from u")[1], "Row 7");
    EXPECT_EQ(client.add(pg::Execute{"p", 3}).add(pg::Sync{}).exchange(),
              (Messages{"Row 2", "Row 3", "Row 4", "Suspended", "Ready T"}));
    EXPECT_EQ(client.add(pg::Execute{"p", 0}).add(pg::Sync{}).exchange(),
              (Messages{"Row 5", "Done SELECT 1", "Ready T"}));
}

TEST_F(SessionTest, PortalsEndWithTheirTransaction) {
    client.add(pg::Parse{"s", "select a from t", {}})
        .add(bind("p", "s"))
        .add(pg::Execute{"p", 1})
        .add(pg::Sync{})
        .exchange();
    EXPECT_EQ(client.add(pg::Execute{"p", 1}).add(pg::Sync{}).exchange().front(),
              "ERROR 34000 portal \"p\" does not exist");
    client.query("begin");
    client.add(bind("p", "s")).add(pg::Sync{}).exchange();
    client.query("commit");
    EXPECT_EQ(client.add(pg::Execute{"p", 1}).add(pg::Sync{}).exchange().front(),
              "ERROR 34000 portal \"p\" does not exist");
}

TEST_F(SessionTest, FinishedWriteCannotRunAgain) {
    client.add(pg::Parse{"", "insert into t values (1)", {}}).add(bind("p", "")).add(pg::Execute{"p", 0});
    client.add(pg::Execute{"p", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(),
              (Messages{"Parsed", "Bound", "Done INSERT 0 1", "ERROR 55000 portal \"p\" cannot be run", "Ready I"}));
}

TEST_F(SessionTest, PipelineIsOneTransactionUpToItsSync) {
    client.add(pg::Parse{"a", "insert into t values (1)", {}})
        .add(pg::Parse{"b", "insert bad", {}})
        .add(pg::Sync{})
        .exchange();
    log();
    client.add(bind("", "a")).add(pg::Execute{"", 0}).add(bind("", "a")).add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Bound", "Done INSERT 0 1", "Bound", "Done INSERT 0 1", "Ready I"}));
    EXPECT_EQ(log(), (Log{"BEGIN TRANSACTION", "execute insert into t values (1)", "execute insert into t values (1)",
                          "COMMIT"}));
    client.add(bind("", "a")).add(pg::Execute{"", 0}).add(bind("", "b")).add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(),
              (Messages{"Bound", "Done INSERT 0 1", "Bound", "ERROR 23505 duplicate key", "Ready I"}));
    EXPECT_EQ(log().back(), "ROLLBACK");
}

TEST_F(SessionTest, SingleExecuteBeforeSyncNeedsNoTransaction) {
    client.add(pg::Parse{"", "insert into t values (1)", {}})
        .add(bind("", ""))
        .add(pg::Execute{"", 0})
        .add(pg::Sync{})
        .exchange();
    EXPECT_EQ(log(), (Log{"prepare insert into t values (1)", "execute insert into t values (1)"}));
}

TEST_F(SessionTest, FailedImplicitCommitIsToldAtSync) {
    stage.internal_errors["COMMIT"] = {sqlstate::kSerializationFailure, "conflict"};
    client.add(pg::Parse{"", "insert into t values (1)", {}}).add(bind("", "")).add(pg::Execute{"", 0});
    client.add(bind("", "")).add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange().back(), "Ready I");
    EXPECT_EQ(log().back(), "ROLLBACK");
}

TEST_F(SessionTest, TransactionStatementsByTheExtendedProtocol) {
    for (const auto& [sql, tag, status] :
         {std::tuple{"begin", "Done BEGIN", "Ready T"}, {"commit", "Done COMMIT", "Ready I"}}) {
        client.add(pg::Parse{"", sql, {}}).add(bind("", "")).add(pg::Describe{pg::Target::kPortal, ""});
        client.add(pg::Execute{"", 0}).add(pg::Sync{});
        EXPECT_EQ(client.exchange(), (Messages{"Parsed", "Bound", "NoData", tag, status}));
    }
}

TEST_F(SessionTest, FailedBlockRefusesParseAndBindButNotItsEnd) {
    client.add(pg::Parse{"s", "select a from t", {}}).add(pg::Parse{"end", "rollback", {}}).add(pg::Sync{}).exchange();
    client.query("begin");
    client.query("insert bad");
    EXPECT_EQ(client.add(pg::Parse{"", "select b from u", {}}).add(pg::Sync{}).exchange().front().substr(0, 11),
              "ERROR 25P02");
    EXPECT_EQ(client.add(bind("", "s")).add(pg::Sync{}).exchange().front().substr(0, 11), "ERROR 25P02");
    client.add(bind("", "end")).add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Bound", "Done ROLLBACK", "Ready I"}));
}

TEST_F(SessionTest, ShowByTheExtendedProtocol) {
    client.add(pg::Parse{"", "show timezone", {}}).add(pg::Describe{pg::Target::kStatement, ""}).add(bind("", ""));
    client.add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(),
              (Messages{"Parsed", "Parameters", "Columns TimeZone:25", "Bound", "Row UTC", "Done SHOW", "Ready I"}));
}

TEST_F(SessionTest, ConstantsAreKeptForTheExtendedProtocolToo) {
    client.add(pg::Parse{"s", "select 1", {}}).add(pg::Sync{}).exchange();
    for (int i = 0; i < 2; ++i) client.add(bind("", "s")).add(pg::Execute{"", 0}).add(pg::Sync{}).exchange();
    log();
    EXPECT_EQ(client.add(bind("", "s")).add(pg::Execute{"", 0}).add(pg::Sync{}).exchange(),
              (Messages{"Bound", "Row 1", "Done SELECT 1", "Ready I"}));
    EXPECT_EQ(log(), Log{});
    pg::Bind binary = bind("", "s");
    binary.result_formats = {pg::Format::kBinary};
    EXPECT_EQ(client.add(binary).add(pg::Execute{"", 0}).add(pg::Sync{}).exchange()[1], std::string("Row \0\0\0\1", 8));
}

TEST_F(SessionTest, DescribedColumnsMayNotChange) {
    client.add(pg::Parse{"s", "select b from u", {}})
        .add(pg::Describe{pg::Target::kStatement, "s"})
        .add(pg::Sync{})
        .exchange();
    stage.scripts["select b from u"] = {.columns = {"c"}, .rows = {{8}}};
    EXPECT_EQ(client.add(bind("", "s")).add(pg::Execute{"", 0}).add(pg::Sync{}).exchange()[1],
              "ERROR 0A000 cached plan must not change result type");
}

TEST_F(SessionTest, StatementsAndPortalsAreBounded) {
    TestClient bounded(instance, TestClient::default_info(), {.max_prepared_statements = 2});
    bounded.start();
    for (const char* name : {"a", "b"}) bounded.add(pg::Parse{name, "select 1", {}}).add(pg::Sync{}).exchange();
    EXPECT_EQ(bounded.add(pg::Parse{"c", "select 1", {}}).add(pg::Sync{}).exchange().front(),
              "ERROR 53400 too many prepared statements");
    bounded.query("begin");
    bounded.add(bind("p", "a")).add(bind("q", "a")).add(bind("r", "a")).add(pg::Sync{});
    EXPECT_EQ(bounded.exchange()[2], "ERROR 53400 too many open portals");
}

TEST_F(SessionTest, PrepareAndExecuteAsStatements) {
    EXPECT_EQ(client.query("prepare p (int) as select $1"), (Messages{"Done PREPARE", "Ready I"}));
    EXPECT_EQ(client.query("execute p (-5)"), (Messages{"Columns x:23", "Row 9", "Done SELECT 1", "Ready I"}));
    EXPECT_EQ(std::get<engine::TextValue>(stage.bound.back()[0]).text, "-5");
    EXPECT_EQ(client.query("execute p").front(), "ERROR 42601 wrong number of parameters for prepared statement \"p\"");
    stage.scripts["SELECT 1 + 1"] = {.columns = {"x"}, .rows = {{2}}};
    client.query("execute p (1 + 1)");
    ASSERT_EQ(stage.bound.back().size(), 1U);
    EXPECT_EQ(std::get<engine::TextValue>(stage.bound.back()[0]).text, "2") << "the engine says what it is";
    EXPECT_EQ(client.query("deallocate p"), (Messages{"Done DEALLOCATE", "Ready I"}));
    EXPECT_EQ(client.query("execute p (1)").front(), "ERROR 26000 prepared statement \"p\" does not exist");
}

TEST_F(SessionTest, CopyAndFunctionCallMessagesOutsideTheirPlace) {
    client.add(pg::CopyDone{}).add(pg::CopyFail{"x"}).add(pg::CopyData{as_bytes("abc")});
    EXPECT_EQ(client.exchange(), Messages{});
    client.add_raw(std::string("F\0\0\0\4", 5));
    EXPECT_EQ(client.exchange(), (Messages{"ERROR 0A000 function calls by the protocol are not supported", "Ready I"}));
}

}  // namespace
}  // namespace smew::pgsession::testing
